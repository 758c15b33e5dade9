import type { LogEntry, LogHead } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import { HistoryCursor, type HistorySource } from "./history-cursor.ts";
import type { BackfillBounds, HistoryRange } from "./read-history.ts";

/** What one replay is going to send. */
export interface ReplayPlan {
  /** Rooms whose past cannot be sent whole, because it has a gap or does not fit; nothing is sent for their sake. */
  incomplete: ReadonlySet<RoomName>;
  /** The past of the others, in the order of the log, each entry once; rejects with `unavailable`. */
  windows(): AsyncIterable<LogEntry[]>;
}

/** Characters of events that a replay keeps in memory: a small past is read once, a large one again, part by part. */
const windowSize = 524_288;

/** Reads of one replay at once. */
const readsAtOnce = 4;

/**
 * Plans the replay of several rooms: reads all of their pasts before anything of them is sent, so that it is known which
 * can be sent whole. The bounds hold for all rooms together; where they are exceeded, the largest rooms are left out.
 */
export async function planReplay(
  source: HistorySource,
  ranges: readonly HistoryRange[],
  until: LogHead,
  bounds: BackfillBounds,
): Promise<ReplayPlan> {
  const planner = new Planner(source, ranges, until, bounds);
  await planner.readAll();
  return planner;
}

/** One room's part of a plan: the offsets and sizes of its entries, not their texts. */
class PlannedRoom {
  readonly range: HistoryRange;
  readonly cursor: HistoryCursor;
  readonly offsets: number[] = [];
  bytes = 0;

  constructor(source: HistorySource, range: HistoryRange, until: LogHead) {
    this.range = range;
    this.cursor = new HistoryCursor(source, range, until);
  }
}

class Planner implements ReplayPlan {
  readonly incomplete = new Set<RoomName>();
  readonly #source: HistorySource;
  readonly #until: LogHead;
  readonly #bounds: BackfillBounds;
  #rooms: readonly PlannedRoom[];
  /** Sizes by offset. */
  readonly #sizes = new Map<number, number>();
  /** The entries themselves, for as long as they are few. */
  #kept: Map<number, LogEntry> | undefined = new Map();
  #keptSize = 0;
  #bytes = 0;
  #entries = 0;

  constructor(
    source: HistorySource,
    ranges: readonly HistoryRange[],
    until: LogHead,
    bounds: BackfillBounds,
  ) {
    this.#source = source;
    this.#until = until;
    this.#bounds = bounds;
    this.#rooms = ranges.map((range) => new PlannedRoom(source, range, until));
  }

  /** One page of each room in turn: a room that does not fit is not read to its end. */
  async readAll(): Promise<void> {
    let reading = this.#rooms;
    while (reading.length > 0) {
      await eachAtOnce(reading, readsAtOnce, (room) => this.#readOn(room));
      reading = reading.filter(({ range, cursor }) => !cursor.isDone && !this.incomplete.has(range.room));
    }
    this.#rooms = this.#rooms.filter((room) => this.#isWhole(room));
  }

  async *windows(): AsyncGenerator<LogEntry[]> {
    const offsets = [...new Set(this.#rooms.flatMap((room) => room.offsets))].sort((a, b) => a - b);
    const kept = this.#kept;
    if (kept !== undefined) {
      if (offsets.length > 0) yield offsets.map((offset) => kept.get(offset) as LogEntry);
      return;
    }
    let after = 0;
    for (const window of this.#windowsOf(offsets)) {
      yield await this.#readAgain(after, window);
      after = window.at(-1) as number;
    }
  }

  #isWhole({ range }: PlannedRoom): boolean {
    return !this.incomplete.has(range.room);
  }

  async #readOn(room: PlannedRoom): Promise<void> {
    // It may have been left out since this round began.
    if (!this.#isWhole(room)) return;
    const entries = await room.cursor.next();
    if (!this.#isWhole(room)) return;
    if (!room.cursor.isComplete) return this.#leaveOut(room);
    for (const entry of entries) this.#add(room, entry);
    const { maxBytes, maxEntries } = this.#bounds;
    while (this.#bytes > maxBytes || this.#entries > maxEntries) this.#leaveOut(this.#largest());
  }

  #add(room: PlannedRoom, entry: LogEntry): void {
    const size = entry.json.length;
    room.offsets.push(entry.offset);
    room.bytes += size;
    this.#bytes += size;
    this.#entries++;
    this.#sizes.set(entry.offset, size);
    if (this.#kept === undefined || this.#kept.has(entry.offset)) return;
    this.#keptSize += size;
    if (this.#keptSize > windowSize) this.#kept = undefined;
    else this.#kept.set(entry.offset, entry);
  }

  #leaveOut(room: PlannedRoom): void {
    this.incomplete.add(room.range.room);
    this.#bytes -= room.bytes;
    this.#entries -= room.offsets.length;
    room.bytes = 0;
    room.offsets.length = 0;
  }

  #largest(): PlannedRoom {
    const { maxBytes, maxEntries } = this.#bounds;
    const share = ({ bytes, offsets }: PlannedRoom) => bytes / maxBytes + offsets.length / maxEntries;
    return this.#rooms.reduce((largest, room) => (share(room) > share(largest) ? room : largest));
  }

  *#windowsOf(offsets: readonly number[]): Generator<number[]> {
    let window: number[] = [];
    let size = 0;
    for (const offset of offsets) {
      const next = this.#sizes.get(offset) ?? 0;
      if (window.length > 0 && size + next > windowSize) {
        yield window;
        [window, size] = [[], 0];
      }
      window.push(offset);
      size += next;
    }
    if (window.length > 0) yield window;
  }

  /** The entries of a window, from the rooms that have any in it; a history may have lost some since. */
  async #readAgain(after: number, window: number[]): Promise<LogEntry[]> {
    const wanted = new Set(window);
    const until = { ...this.#until, offset: window.at(-1) as number };
    const found = new Map<number, LogEntry>();
    const rooms = this.#rooms.filter(({ offsets }) => offsets.some((offset) => wanted.has(offset)));
    await eachAtOnce(rooms, readsAtOnce, async ({ range }) => {
      const from = { ...range, after: Math.max(after, range.after) };
      const cursor = new HistoryCursor(this.#source, from, until);
      while (!cursor.isDone) for (const entry of await cursor.next()) found.set(entry.offset, entry);
    });
    return window.map((offset) => {
      const entry = found.get(offset);
      if (entry === undefined)
        throw new ProtocolError("unavailable", "a history was trimmed while it was sent");
      return entry;
    });
  }
}

/** Runs work on every item, on so many at once. */
async function eachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
