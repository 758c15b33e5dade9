import { expect, test } from "@jest/globals";
import { formatPosition, parsePosition, type RoomName } from "@roomcast/events";
import { resumePoint } from "../src/subscriptions/resume-point.ts";

const epochs = [
  { name: "e1", first: 1 },
  { name: "e2", first: 991 },
];
const room: RoomName = "project:1";

/** Where a room that was stored at 1,000 of the second epoch, in batch 3, goes on for a client that has seen a position. */
function after(seen: string | undefined, stored: { from: string; isReset?: true }) {
  const subscription = { room, at: "e2.1000", batch: 3, since: 1_000, ...stored };
  const head = { offset: 2_000, epochs };
  const { from, reset } = resumePoint(subscription, seen === undefined ? seen : parsePosition(seen), head);
  return { from: formatPosition(from), reset };
}

test.each([
  ["nothing was received", undefined, "e2.995"],
  ["an older event was received", "e2.999", "e2.995"],
  ["an event of that place was received, but none of the replay", "e2.1000", "e2.995"],
  ["the replay of an earlier batch was received", "e2.1000~2.1000", "e2.995"],
  ["a part of the replay was received", "e2.1000~3.997", "e2.997"],
  ["all of the replay was received", "e2.1000~3.1000", "e2.1000"],
  ["a later batch was received", "e2.1000~4.998", "e2.1000"],
  ["a later event was received", "e2.1500", "e2.1500"],
])("a replay goes on where %s", (_, seen, from) => {
  expect(after(seen, { from: "e2.995" })).toEqual({ from, reset: undefined });
});

test.each([
  ["nothing was received", undefined, "e2.995"],
  ["an older event was received", "e2.999", "e2.995"],
  ["an event of that place was received", "e2.1000", "e2.995"],
  ["what came behind the reset was received", "e2.1000~3.997", "e2.1000"],
  ["a later event was received", "e2.1500", "e2.1500"],
])("a gap is found again unless the client has heard of it: %s", (_, seen, from) => {
  expect(after(seen, { from: "e2.995", isReset: true })).toEqual({ from, reset: undefined });
});

test("a gap to an earlier epoch is told until the client has heard of it", () => {
  const stored = { from: "e1.1995", isReset: true } as const;
  expect(after("e2.999", stored)).toEqual({ from: "e1.1995", reset: "diverged" });
  expect(after("e2.1000~3.1000", stored)).toEqual({ from: "e2.1000", reset: undefined });
});

test("whoever has seen what was rolled back is told", () => {
  expect(after("e1.991", { from: "e2.995" })).toEqual({ from: "e1.991", reset: "diverged" });
  expect(after("e0.5", { from: "e2.995" })).toEqual({ from: "e0.5", reset: "epoch" });
});
