import { expect, test } from "@jest/globals";
import type { HistoryRange, HistorySlice, LogEntry } from "@roomcast/event-log";
import { Random } from "@roomcast/testkit";
import { type HistoryItem, sliceAfter, sliceNewest, spanOf } from "../src/redis/history-slices.ts";

const seeds = Array.from({ length: 300 }, (_, seed) => seed);

/** A history with gaps, whose beginning may be trimmed, and some of whose entries cannot be read. */
function someHistory(random: Random): HistoryItem[] {
  const items: HistoryItem[] = [];
  const garbage = random.pick([0, 0, 0.2, 0.8]);
  let prev = random.pick([0, 0, 7]);
  for (let n = random.between(0, 30); n > 0; n--) {
    const offset = prev + random.between(1, 4);
    const entry = random.next() < garbage ? undefined : ({ offset } as LogEntry);
    items.push({ offset, prev, entry });
    prev = offset;
  }
  return items;
}

function someRange(random: Random, end: number): Required<HistoryRange> {
  const after = random.between(0, end + 3);
  const until = random.pick([Number.POSITIVE_INFINITY, random.between(0, end + 3)]);
  return { after, until, limit: random.between(1, random.pick([3, 40])) };
}

/** What a read of its own finds and makes of it. */
function alone(history: HistoryItem[], range: Required<HistoryRange>, quietSince: number): HistorySlice {
  const { after, until, limit } = range;
  const found = history.filter(({ offset }) => offset > after).slice(0, limit + 1);
  const items = found.filter(({ entry }) => entry !== undefined);
  const entries = items.map(({ entry }) => entry as LogEntry).filter(({ offset }) => offset <= until);
  const complete = items[0] === undefined ? quietSince <= after : items[0].prev <= after;
  return { entries: entries.slice(0, limit), complete, more: entries.length > limit };
}

test("a shared read gives a range what a read of its own does, or nothing", () => {
  let [given, refused] = [0, 0];
  for (const seed of seeds) {
    const random = new Random(seed);
    const history = someHistory(random);
    const head = history.at(-1)?.offset ?? random.between(0, 9);
    for (let n = 0; n < 30; n++) {
      const range = someRange(random, head);
      const readFrom = random.between(0, range.after + 1);
      const count = random.between(1, 40);
      const items = history.filter(({ offset }) => offset > readFrom).slice(0, count);
      const found = { items, reachesEnd: items.length < count, quietSince: head };
      const slice = sliceAfter(found, range);
      if (slice === undefined) refused++;
      else expect({ seed, range, slice }).toEqual({ seed, range, slice: alone(history, range, head) });
      if (slice !== undefined) given++;
    }
  }
  expect(given).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(1_000);
});

test("a read reaches the range it begins with", () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const history = someHistory(random);
    const range = someRange(random, history.at(-1)?.offset ?? 0);
    const others = [1, 2, 3].map((n) => ({ ...someRange(random, 90), after: range.after + n }));
    const { after, count } = spanOf([...others, range]);
    const items = history.filter(({ offset }) => offset > after).slice(0, count);
    const found = { items, reachesEnd: items.length < count, quietSince: 0 };
    expect(sliceAfter(found, range)).toBeDefined();
  }
});

test("a range that ends within what was found needs no more of it", () => {
  const items = [5, 6, 7].map((offset) => ({ offset, prev: offset - 1, entry: { offset } as LogEntry }));
  const found = { items, reachesEnd: false, quietSince: 9 };
  const offsets = (range: HistoryRange) => sliceAfter(found, range)?.entries.map(({ offset }) => offset);
  expect(offsets({ after: 4, until: 6, limit: 100 })).toEqual([5, 6]);
  expect(offsets({ after: 4, until: 7, limit: 100 })).toBeUndefined();
  expect(offsets({ after: 4, limit: 2 })).toEqual([5, 6]);
  expect(offsets({ after: 4, limit: 3 })).toBeUndefined();
  expect(offsets({ after: 7, until: 7, limit: 3 })).toBeUndefined();
});

test("the newest of a larger read are those of a smaller one", () => {
  for (const seed of seeds) {
    const random = new Random(seed);
    const newestFirst = someHistory(random).reverse();
    const quietSince = random.between(0, 2);
    const limit = random.between(1, 40);
    const read = (count: number) => ({ items: newestFirst.slice(0, count), quietSince });
    const larger = sliceNewest(read(limit + random.between(0, 20)), { limit });
    expect({ seed, ...larger }).toEqual({ seed, ...sliceNewest(read(limit), { limit }) });
  }
});

test("a read asks for what its ranges need, but not for all that lies between them", () => {
  const count = (...ranges: [after: number, limit: number][]) =>
    spanOf(ranges.map(([after, limit]) => ({ after, limit }))).count;
  expect(spanOf([{ after: 7, until: 9, limit: 10 }])).toEqual({ after: 7, count: 11 });
  expect(count([7, 10], [7, 10], [7, 10])).toBe(11);
  expect(count([7, 10], [9, 100], [10, 10])).toBe(104);
  expect(count([1, 10], [9_000, 10])).toBe(22);
  expect(count([1, 500], [5_000, 500], [9_000, 500])).toBe(1_001);
});
