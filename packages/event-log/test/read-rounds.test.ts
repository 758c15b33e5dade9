import { beforeEach, describe, expect, test } from "@jest/globals";
import type { HistorySlice } from "@roomcast/event-log";
import { before, everyone, FakeReads, settled } from "./support/fake-reads.ts";

let reads: FakeReads;
beforeEach(() => {
  reads = new FakeReads();
});

/** Where a slice says it is from: the range's beginning plus the number of the read. */
async function offsetOf(slice: Promise<HistorySlice>): Promise<number | undefined> {
  return (await slice).entries[0]?.offset;
}

describe("when no read is under way", () => {
  test("calls of one tick share a read, and each has its own slice", async () => {
    const slices = [100, 300, 200].map((after) => reads.ask(after));
    const read = await reads.next();
    expect(read.ranges.map(({ after }) => after)).toEqual([100, 300, 200]);
    read.answer(everyone(1));
    expect(await Promise.all(slices.map(offsetOf))).toEqual([101, 301, 201]);
    expect(reads.begun).toEqual([]);
  });

  test("a call after all others were served begins a new one", async () => {
    for (const n of [1, 2, 3]) {
      const slice = reads.ask(100);
      (await reads.next()).answer(everyone(n));
      expect(await offsetOf(slice)).toBe(100 + n);
    }
  });

  test("a call made on the answer of another is served", async () => {
    const chain = reads.ask(100).then(() => reads.ask(200));
    (await reads.next()).answer(everyone(1));
    (await reads.next()).answer(everyone(2));
    expect(await offsetOf(chain)).toBe(202);
  });
});

describe("when a read is under way", () => {
  test("calls wait for the next, even for the same range, and share it", async () => {
    const early = reads.ask(100);
    const first = await reads.next();
    const late = [reads.ask(100), reads.ask(100), reads.ask(50)];
    await settled();
    expect(reads.begun).toEqual([]);
    first.answer(everyone(1));
    const second = await reads.next();
    expect(second.ranges).toHaveLength(3);
    second.answer(everyone(2));
    expect(await offsetOf(early)).toBe(101);
    expect(await Promise.all(late.map(offsetOf))).toEqual([102, 102, 52]);
  });

  test("other rooms do not wait for it", async () => {
    const one = reads.ask(100, "project:1");
    const first = await reads.next();
    const other = reads.ask(100, "project:2");
    const second = await reads.next();
    expect([first.room, second.room]).toEqual(["project:1", "project:2"]);
    second.answer(everyone(2));
    expect(await offsetOf(other)).toBe(102);
    first.answer(everyone(1));
    expect(await offsetOf(one)).toBe(101);
  });
});

describe("when a read does not reach everyone", () => {
  test("the next begins with the first of the rest, and serves who came meanwhile after that", async () => {
    const [far, near, nearer] = [reads.ask(1), reads.ask(900), reads.ask(950)];
    const first = await reads.next();
    const newcomer = reads.ask(920);
    first.answer(before(500, 1));
    expect(await offsetOf(far)).toBe(2);
    const second = await reads.next();
    expect(second.ranges.map(({ after }) => after)).toEqual([900, 950, 920]);
    second.answer(everyone(2));
    expect(await Promise.all([near, nearer, newcomer].map(offsetOf))).toEqual([902, 952, 922]);
  });

  test("newcomers from far back come after those who were left over", async () => {
    const [far, near] = [reads.ask(1), reads.ask(900)];
    const first = await reads.next();
    const farToo = reads.ask(2);
    first.answer(before(500, 1));
    expect(await offsetOf(far)).toBe(2);
    const second = await reads.next();
    expect(second.ranges.map(({ after }) => after)).toEqual([900]);
    second.answer(everyone(2));
    expect(await offsetOf(near)).toBe(902);
    (await reads.next()).answer(everyone(3));
    expect(await offsetOf(farToo)).toBe(5);
  });

  test("newcomers whom a round does not reach do not make it longer", async () => {
    const early = [reads.ask(1), reads.ask(500)];
    const first = await reads.next();
    const far = reads.ask(2);
    first.answer(before(100, 1));
    const second = await reads.next();
    const near = reads.ask(600);
    second.answer(before(501, 2));
    const third = await reads.next();
    expect(third.ranges.map(({ after }) => after)).toEqual([2, 600]);
    third.answer(everyone(3));
    expect(await Promise.all([...early, far, near].map(offsetOf))).toEqual([2, 502, 5, 603]);
  });

  test("all are told if it served no call, instead of reading for ever", async () => {
    const slices = [reads.ask(100), reads.ask(200)];
    (await reads.next()).answer(() => undefined);
    for (const slice of slices) await expect(slice).rejects.toThrow("served no call");
    await settled();
    expect(reads.begun).toEqual([]);
  });
});

test("a call rejects when its time is up, whether its read is under way or the one before", async () => {
  reads = new FakeReads(50);
  const early = reads.ask(100);
  const first = await reads.next();
  const late = reads.ask(200);
  for (const slice of [early, late]) await expect(slice).rejects.toThrow("within 50 ms");
  first.answer(everyone(1));
  (await reads.next()).answer(everyone(2));
  const later = reads.ask(300);
  (await reads.next()).answer(everyone(3));
  expect(await offsetOf(later)).toBe(303);
});

describe("when a read fails", () => {
  test("those it was for are told, and who came meanwhile is served by the next", async () => {
    const failing = Promise.allSettled([reads.ask(100), reads.ask(200)]);
    const first = await reads.next();
    const newcomer = reads.ask(300);
    first.fail(new Error("no"));
    const reasons = (await failing).map((one) => one.status === "rejected" && (one.reason as Error).message);
    expect(reasons).toEqual(["no", "no"]);
    (await reads.next()).answer(everyone(2));
    expect(await offsetOf(newcomer)).toBe(302);
  });

  test("later calls begin anew", async () => {
    const failing = expect(reads.ask(100)).rejects.toThrow("no");
    (await reads.next()).fail(new Error("no"));
    await failing;
    const later = reads.ask(100);
    (await reads.next()).answer(everyone(2));
    expect(await offsetOf(later)).toBe(102);
  });
});
