import { describe, expect, test } from "@jest/globals";
import { formatPosition, type Position, parsePosition } from "@roomcast/protocol";
import { refusalOf } from "./support/refusal.ts";

const positions: [string, Position][] = [
  ["e1.0", { epoch: "e1", offset: 0 }],
  ["k3f9.1", { epoch: "k3f9", offset: 1 }],
  ["abcdefghij012345.999999999999999", { epoch: "abcdefghij012345", offset: 999_999_999_999_999 }],
  ["e1.80~3.41", { epoch: "e1", offset: 80, replay: { batch: 3, at: 41 } }],
];

const foreign: unknown[] = [
  "",
  "e1",
  "e1.",
  ".5",
  "e1.-1",
  "-1",
  "e1.NaN",
  "NaN",
  "e1.1e308",
  "1e308",
  "e1.1.5",
  "e1.0x10",
  "e1. 5",
  " e1.5",
  "e1.5\n",
  "e1.5\0",
  "E1.5",
  "e1.٥",
  "1700000000000-0",
  "e1.5~",
  "e1.5~1",
  "e1.5~1.-1",
  "e1.1000000000000000",
  "abcdefghij0123456.1",
  `e1.${"9".repeat(1_000)}`,
  -1,
  Number.NaN,
  1e308,
  5,
  null,
  undefined,
  {},
  ["e1.5"],
];

describe("a position", () => {
  test.each(positions)("%s says where it is, and back", (text, position) => {
    expect(parsePosition(text)).toEqual(position);
    expect(formatPosition(position)).toBe(text);
  });

  test.each(foreign.map((text) => [text]))("is not %p", (text) => {
    expect(refusalOf(() => parsePosition(text)).code).toBe("invalid_position");
  });

  test("has an offset that counts exactly", () => {
    expect(Number.isSafeInteger(parsePosition("e1.999999999999999").offset)).toBe(true);
  });
});
