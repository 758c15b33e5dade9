import { expect, test } from "@jest/globals";
import type { HistoryRange, HistorySlice, LogEntry } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { Turns } from "@roomcast/service";
import { planReplay } from "../src/subscriptions/replay-plan.ts";

const epochs = [{ name: "e", first: 1 }];

/** Histories in memory that count how they are read. */
class Histories {
  largestPage = 0;
  mostAtOnce = 0;
  read = 0;
  #underWay = 0;
  readonly #rooms = new Map<RoomName, LogEntry[]>();
  #offset = 0;

  add(room: RoomName, count: number, size: number): void {
    const entries = this.#rooms.get(room) ?? [];
    for (let n = 0; n < count; n++) entries.push(entryOf(++this.#offset, room, size));
    this.#rooms.set(room, entries);
  }

  trim(room: RoomName): void {
    this.#rooms.set(room, []);
  }

  get head() {
    return { offset: this.#offset, epochs };
  }

  async history(room: RoomName, { after = 0, until = 0, limit }: HistoryRange): Promise<HistorySlice> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay);
    await Promise.resolve();
    this.#underWay--;
    const all = this.#rooms.get(room) ?? [];
    const wanted = all.filter(({ offset }) => offset > after && offset <= until);
    const entries = wanted.slice(0, limit);
    const bytes = entries.reduce((sum, { json }) => sum + json.length, 0);
    this.largestPage = Math.max(this.largestPage, bytes);
    this.read += bytes;
    return { entries, complete: true, more: wanted.length > limit };
  }
}

function entryOf(offset: number, room: RoomName, size: number): LogEntry {
  const json = "x".repeat(size);
  return { offset, epoch: "e", timeMs: 0, kind: "event", type: "t", rooms: [room], transient: false, json };
}

const rangeOf = (room: RoomName) => ({ room, filter: undefined, after: 0 });
const sourceOf = (log: Histories) => ({ log, turns: new Turns(2) });

test("a large past is read in small pages, few at once, and kept in parts of half a megabyte", async () => {
  const log = new Histories();
  const rooms = Array.from({ length: 8 }, (_, n) => `project:${n}` as RoomName);
  for (let round = 0; round < 50; round++) for (const room of rooms) log.add(room, 1, 60_000);
  const bounds = { maxBytes: 64_000_000, maxEntries: 10_000 };
  const plan = await planReplay(sourceOf(log), rooms.map(rangeOf), log.head, bounds);
  const offsets: number[] = [];
  for await (const entries of plan.windows()) {
    expect(entries.reduce((sum, { json }) => sum + json.length, 0)).toBeLessThanOrEqual(524_288);
    offsets.push(...entries.map(({ offset }) => offset));
  }
  expect(offsets).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
  expect(log.largestPage).toBeLessThanOrEqual(1_048_576);
  expect(log.mostAtOnce).toBe(2);
});

test.each([
  ["bytes", { maxBytes: 3_000_000, maxEntries: 10_000 }],
  ["events", { maxBytes: 1_000_000_000, maxEntries: 100 }],
])("rooms that exceed the bound of %s together are not read to their ends", async (_name, bounds) => {
  const log = new Histories();
  const rooms = Array.from({ length: 40 }, (_, n) => `project:${n}` as RoomName);
  for (const room of rooms) log.add(room, 240, 60_000);
  log.add("project:small", 10, 60_000);
  const ranges = [...rooms, "project:small" as RoomName].map(rangeOf);
  const plan = await planReplay(sourceOf(log), ranges, log.head, bounds);
  expect([...plan.incomplete].sort()).toEqual([...rooms].sort());
  expect(log.read).toBeLessThan(100_000_000);
  let count = 0;
  for await (const entries of plan.windows()) count += entries.length;
  expect(count).toBe(10);
});

test("a history that loses events while they are sent is unavailable, and never sent in part", async () => {
  const log = new Histories();
  log.add("project:1", 20, 60_000);
  const bounds = { maxBytes: 64_000_000, maxEntries: 10_000 };
  const plan = await planReplay(sourceOf(log), [rangeOf("project:1")], log.head, bounds);
  const windows = plan.windows()[Symbol.asyncIterator]();
  expect((await windows.next()).value).toHaveLength(8);
  log.trim("project:1");
  await expect(windows.next()).rejects.toMatchObject({ code: "unavailable" });
});
