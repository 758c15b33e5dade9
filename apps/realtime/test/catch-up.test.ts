import { beforeEach, describe, expect, test } from "@jest/globals";
import type { EventLog, HistoryRange, HistorySlice, LogEntry } from "@roomcast/event-log";
import { formatPosition, parsePosition, type RoomName } from "@roomcast/events";
import { Turns } from "@roomcast/service";
import { readGap } from "../src/subscriptions/read-gap.ts";
import { planReplay } from "../src/subscriptions/replay-plan.ts";
import { resumePoint } from "../src/subscriptions/resume-point.ts";

describe("the point where a room goes on", () => {
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

  test("a client that received rolled back entries gets a reset", () => {
    expect(after("e1.991", { from: "e2.995" })).toEqual({ from: "e1.991", reset: "diverged" });
    expect(after("e0.5", { from: "e2.995" })).toEqual({ from: "e0.5", reset: "epoch" });
  });
});

describe("the plan of a replay", () => {
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
});

const until = { offset: 2_000, epochs: [{ name: "e1", first: 1 }] };
const rooms = Array.from({ length: 600 }, (_, n): RoomName => `project:${n}`);

/** A log in which room `project:n` had one event, at offset n + 1. */
class FakeLog implements Pick<EventLog, "history" | "head"> {
  head: EventLog["head"] = () => Promise.resolve(until);
  /** Throws for a read that fails. */
  fails: (room: RoomName) => void = () => undefined;
  readonly reads: RoomName[] = [];
  underWay = 0;
  mostAtOnce = 0;

  async history(room: RoomName): Promise<HistorySlice> {
    this.reads.push(room);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay--;
    this.fails(room);
    return { entries: [entryOf(room)], complete: true, more: false };
  }
}

function entryOf(room: RoomName): LogEntry {
  const offset = Number(room.split(":")[1]) + 1;
  const rest = { epoch: "e1", timeMs: 0, type: "t", transient: false, json: "{}" };
  return { offset, kind: "event", rooms: [room], ...rest };
}

describe("a gap of the log", () => {
  let log: FakeLog;
  beforeEach(() => {
    log = new FakeLog();
  });

  test("is read in rounds, and given in the order of the log", async () => {
    const { entries, incomplete } = await readGap(log, rooms.toReversed(), 0, until);
    expect(entries.map(({ offset }) => offset)).toEqual(rooms.map((_, n) => n + 1));
    expect(incomplete.size).toBe(0);
    expect(log.mostAtOnce).toBeLessThan(rooms.length / 2);
  });

  test("is read again only where it failed", async () => {
    const failing = new Set<RoomName>(["project:1", "project:599"]);
    log.fails = (room) => {
      if (failing.delete(room)) throw new Error("the connection was lost");
    };
    const { entries, incomplete } = await readGap(log, rooms, 0, until);
    expect(entries).toHaveLength(rooms.length);
    expect(incomplete.size).toBe(0);
    expect(log.reads).toHaveLength(rooms.length + 2);
  });

  test("is incomplete in a room that cannot be read though Redis answers; the others are whole", async () => {
    log.fails = (room) => {
      if (room === "project:7") throw new Error("WRONGTYPE");
    };
    const { entries, incomplete } = await readGap(log, rooms, 0, until);
    expect([...incomplete]).toEqual(["project:7"]);
    expect(entries).toHaveLength(rooms.length - 1);
  });

  test("is not given up while Redis is away, but tried again as a whole", async () => {
    log.fails = () => {
      throw new Error("Redis is away");
    };
    log.head = () => Promise.reject(new Error("Redis is away"));
    await expect(readGap(log, rooms, 0, until)).rejects.toThrow("Redis is away");
  });

  test("is not read on when the log has begun another epoch", async () => {
    log.fails = () => {
      throw new Error("the connection was lost");
    };
    log.head = () => Promise.resolve({ offset: 3, epochs: [...until.epochs, { name: "e2", first: 3 }] });
    await expect(readGap(log, rooms, 0, until)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("is bounded as a whole: rooms beyond the bounds are incomplete", async () => {
    const { entries, incomplete } = await readGap(log, rooms, 0, until, { maxEntries: 100, maxBytes: 1_000 });
    expect(entries.length).toBeLessThanOrEqual(100);
    expect(entries.length + incomplete.size).toBe(rooms.length);
  });
});
