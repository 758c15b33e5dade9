import { type EventLog, isBeyond, type LogEntry, type LogHead } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import type { Turns } from "@roomcast/service";
import { type HistoryRange, passes } from "./read-history.ts";

/** The log whose histories are read, and the limit of concurrent reads. */
export interface HistorySource {
  log: Pick<EventLog, "history">;
  turns: Turns;
}

/** Bytes that one read should bring, estimated from the size of the events read so far. */
const pageBytes = 262_144;
/** Assumed size of an event before the first page, which therefore has 16 events. */
const firstGuess = 16_384;
const maxPage = 500;

/** Reads one room's history page by page, each page in its turn. Pages of large events hold fewer. */
export class HistoryCursor {
  /** Whether there is nothing more to read. */
  isDone = false;
  /** False once the history is known to have a gap; the cursor is then done. */
  isComplete = true;
  readonly #source: HistorySource;
  readonly #range: HistoryRange;
  readonly #until: LogHead;
  #position: number;
  #count = 0;
  #characters = 0;

  /** `until`: the position and the epochs of the log that the caller knows; the cursor reads up to there. */
  constructor(source: HistorySource, range: HistoryRange, until: LogHead) {
    this.#source = source;
    this.#range = range;
    this.#until = until;
    this.#position = range.after;
  }

  /**
   * The next entries that pass the filter. Rejects with `unavailable`, also if the log has begun an epoch
   * that the caller does not know: offsets mean other entries there.
   */
  async next(): Promise<LogEntry[]> {
    const { log, turns } = this.#source;
    const range = { after: this.#position, until: this.#until.offset, limit: this.#limit() };
    const { entries, complete, more } = await turns.run(() => log.history(this.#range.room, range));
    if (entries.some((entry) => isBeyond(entry, this.#until)))
      throw new ProtocolError("unavailable", "this replica has not caught up with the log yet");
    this.#position = entries.at(-1)?.offset ?? this.#until.offset;
    this.#count += entries.length;
    this.#characters += entries.reduce((sum, { json }) => sum + json.length, 0);
    this.isComplete = complete;
    this.isDone = !(complete && more && this.#position < this.#until.offset);
    return complete ? entries.filter((entry) => passes(entry, this.#range)) : [];
  }

  #limit(): number {
    const each = this.#count === 0 ? firstGuess : Math.max(1, this.#characters / this.#count);
    return Math.min(maxPage, Math.max(1, Math.floor(pageBytes / each)));
  }
}
