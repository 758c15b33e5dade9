import type { RoomName } from "@roomcast/events";
import { within } from "@roomcast/service";
import type { HistoryRange, HistorySlice } from "../event-log.ts";

/** Returns the slice of a range as a separate read would; undefined if the shared read ends too early. */
export type SliceOf = (range: HistoryRange) => HistorySlice | undefined;

/** One read for several ranges. It must return a slice at least for the range that begins first. */
export type ReadRanges = (room: RoomName, ranges: HistoryRange[]) => Promise<SliceOf>;

interface Call {
  range: HistoryRange;
  resolve: (slice: HistorySlice) => void;
  reject: (error: unknown) => void;
}

/**
 * Single-flight reads of a room's history: calls at about the same time share a read. Each room has one read
 * in flight. A call that arrives during a read waits for the next one, because the current read may be older
 * than the call.
 *
 * Reads go in rounds. A round ends once all calls that waited at its start have their slices. Each read
 * begins at the lowest offset that one of these calls needs, and serves every call it reaches, new ones too.
 * So calls that need little do not repeat a read that goes far back, and new calls cannot make a round
 * longer.
 */
export class SingleFlightReads {
  readonly #read: ReadRanges;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<RoomName, Set<Call>>();

  constructor(read: ReadRanges, timeoutMs: number) {
    this.#read = read;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Returns the slice of a range, at least as new as this call. Rejects if the read fails or the call waits
   * longer than the timeout.
   */
  ask(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    const slice = new Promise<HistorySlice>((resolve, reject) => {
      const call = { range, resolve, reject };
      const waiting = this.#waiting.get(room);
      if (waiting === undefined) this.#begin(room, new Set([call]));
      else waiting.add(call);
    });
    return within(this.#timeoutMs, slice);
  }

  /** Waits for the end of the tick, so that calls of one tick share the first read. */
  #begin(room: RoomName, waiting: Set<Call>): void {
    this.#waiting.set(room, waiting);
    process.nextTick(() => void this.#serveAll(room, waiting));
  }

  /** Never rejects. */
  async #serveAll(room: RoomName, waiting: Set<Call>): Promise<void> {
    while (waiting.size > 0) {
      let round = [...waiting];
      while (round.length > 0) {
        const first = round.reduce((least, call) => Math.min(least, startOf(call)), Number.POSITIVE_INFINITY);
        const calls = [...waiting].filter((call) => startOf(call) >= first);
        await this.#serve(room, calls, waiting);
        round = round.filter((call) => waiting.has(call));
      }
    }
    this.#waiting.delete(room);
  }

  /** Runs one read. It settles the calls that it reaches, or all calls if it fails. */
  async #serve(room: RoomName, calls: Call[], waiting: Set<Call>): Promise<void> {
    try {
      const ranges = calls.map(({ range }) => range);
      const sliceOf = await this.#read(room, ranges);
      const before = waiting.size;
      for (const call of calls) {
        const slice = sliceOf(call.range);
        if (slice === undefined) continue;
        waiting.delete(call);
        call.resolve(slice);
      }
      if (waiting.size === before) throw new Error("a shared read served no call");
    } catch (error) {
      for (const call of calls) {
        waiting.delete(call);
        call.reject(error);
      }
    }
  }
}

function startOf({ range: { after = 0 } }: Call): number {
  return after;
}
