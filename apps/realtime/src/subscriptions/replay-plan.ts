import type { LogEntry, LogHead } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import { HistoryCursor, type HistorySource } from "./history-cursor.ts";
import type { BackfillBounds, HistoryRange } from "./read-history.ts";

/** The backfill of one replay. */
export interface ReplayPlan {
  /** Rooms whose history has a gap or does not fit; nothing is sent for them. */
  incomplete: ReadonlySet<RoomName>;
  /** The entries of the other rooms, in the order of the log, each once. Rejects with `unavailable`. */
  windows(): AsyncIterable<LogEntry[]>;
}

/**
 * Characters of events that a replay keeps in memory. A small backfill is read once; a large one is read
 * again window by window.
 */
const windowSize = 524_288;

/** Concurrent reads of one replay. */
const readsAtOnce = 4;

/**
 * Plans the replay of several rooms. It reads all of their histories before anything is sent, so that it
 * knows which can be sent whole. The bounds hold for all rooms together; where they are exceeded, the largest
 * rooms are excluded.
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

/** One room of a plan: the offsets and sizes of its entries, without their texts. */
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
  /** The entries themselves, as long as they fit one window. */
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

  /** Reads one page of each room in turn, so that a room that does not fit is not read to its end. */
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
    // Another room's page may have excluded it since this round began.
    if (!this.#isWhole(room)) return;
    const entries = await room.cursor.next();
    if (!this.#isWhole(room)) return;
    if (!room.cursor.isComplete) return this.#exclude(room);
    for (const entry of entries) this.#add(room, entry);
    const { maxBytes, maxEntries } = this.#bounds;
    while (this.#bytes > maxBytes || this.#entries > maxEntries) this.#exclude(this.#largest());
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

  #exclude(room: PlannedRoom): void {
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

  /**
   * Reads the entries of a window again, from the rooms that have any. A history may have been trimmed since.
   */
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
        throw new ProtocolError("unavailable", "a history was trimmed while it was being sent");
      return entry;
    });
  }
}

/** Runs work on every item, on at most `atOnce` items at a time. */
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
