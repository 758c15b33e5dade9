import type { RoomName } from "@roomcast/events";
import { within } from "@roomcast/service";
import type { HistoryRange, HistorySlice } from "../event-log.ts";

/** What a read of its own would give a range; undefined if the shared read ends too early for it. */
export type SliceOf = (range: HistoryRange) => HistorySlice | undefined;

/** One read for several ranges; it must give at least the one that begins first its slice. */
export type ReadRanges = (room: RoomName, ranges: HistoryRange[]) => Promise<SliceOf>;

interface Call {
  range: HistoryRange;
  resolve: (slice: HistorySlice) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads of a room's history, shared between those who ask at about the same time. A room has one read under way: who
 * asks meanwhile waits for the next, because the present one may be older than what was appended before the call.
 *
 * Reads go in rounds. A round is over once all who waited when it began have their slices. Each of its reads begins
 * where the first of these needs it, and serves everyone it reaches, newcomers too. So a read for what is far back is
 * not repeated for those who need little, and newcomers cannot make a round longer.
 */
export class SingleFlightReads {
  readonly #read: ReadRanges;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<RoomName, Set<Call>>();

  constructor(read: ReadRanges, timeoutMs: number) {
    this.#read = read;
    this.#timeoutMs = timeoutMs;
  }

  /** The slice of a range as it is after this call. Rejects as its read does, and if it waits longer than the timeout. */
  ask(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    const slice = new Promise<HistorySlice>((resolve, reject) => {
      const call = { range, resolve, reject };
      const waiting = this.#waiting.get(room);
      if (waiting === undefined) this.#begin(room, new Set([call]));
      else waiting.add(call);
    });
    return within(this.#timeoutMs, slice);
  }

  /** Calls made without waiting for each other share the first read as well. */
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

  /** One read; whoever it reaches, or all if it fails, no longer wait. */
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
      if (waiting.size === before) throw new Error("a shared read reached nobody");
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
