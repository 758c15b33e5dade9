import type { HistoryBounds } from "@roomcast/events";
import type { HistoryRange, HistorySlice, LogEntry } from "../event-log.ts";

/** One room's history in memory. It remembers the offset of the newest entry that it dropped. */
export class RoomHistory {
  readonly #bounds: HistoryBounds;
  #entries: LogEntry[] = [];
  #lostUpTo: number;

  /** `lostUpTo`: entries of this room up to this offset may have been dropped before. */
  constructor(bounds: HistoryBounds, lostUpTo: number) {
    this.#lostUpTo = lostUpTo;
    this.#bounds = bounds;
  }

  /** Offset of the newest entry that the room ever had. */
  get newestOffset(): number {
    return this.#entries.at(-1)?.offset ?? this.#lostUpTo;
  }

  /** Adds the newest entry and drops the entries beyond the bounds. */
  add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#trim(entry.timeMs);
  }

  /** Reads a range of the history. */
  read(range: HistoryRange, nowMs: number): HistorySlice {
    this.#trim(nowMs);
    if (range.after === undefined) {
      const entries = this.#entries.slice(-range.limit);
      return {
        entries,
        complete: this.#lostUpTo === 0 && entries.length === this.#entries.length,
        more: false,
      };
    }
    const { after, until = Number.POSITIVE_INFINITY, limit } = range;
    const wanted = this.#entries.filter(({ offset }) => offset > after && offset <= until);
    return {
      entries: wanted.slice(0, limit),
      complete: this.#lostUpTo <= after,
      more: wanted.length > limit,
    };
  }

  #trim(nowMs: number): void {
    const { maxEvents, maxAgeMs } = this.#bounds;
    const young = this.#entries.findIndex(({ timeMs }) => timeMs > nowMs - maxAgeMs);
    const tooOld = young === -1 ? this.#entries.length : young;
    const drop = Math.max(tooOld, this.#entries.length - maxEvents);
    if (drop === 0) return;
    this.#lostUpTo = (this.#entries[drop - 1] as LogEntry).offset;
    this.#entries = this.#entries.slice(drop);
  }
}
