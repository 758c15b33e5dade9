import { beforeEach, describe, expect, test } from "@jest/globals";
import type { EventLog, HistorySlice, LogEntry } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { readGap } from "../src/subscriptions/read-gap.ts";

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
