import { type EventLog, isBeyond, type LogEntry, type LogHead } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import type { Turns } from "@roomcast/service";
import { type HistoryRange, passes } from "./read-history.ts";

/** Where histories are read, and how many reads there may be at once. */
export interface HistorySource {
  log: Pick<EventLog, "history">;
  turns: Turns;
}

/** What one read is to bring, if the next events are as large as those before. */
const pageBytes = 262_144;
/** What an event counts before one was read: the first page has 16 events. */
const firstGuess = 16_384;
const maxPage = 500;

/** Reads one room's past, page by page, each in its turn. A page is small where events are large. */
export class HistoryCursor {
  /** Whether there is nothing more to read. */
  isDone = false;
  /** False once the past is known to have a gap; then it is done. */
  isComplete = true;
  readonly #source: HistorySource;
  readonly #range: HistoryRange;
  readonly #until: LogHead;
  #position: number;
  #count = 0;
  #characters = 0;

  /** Up to `until`, the place in the log and the epochs that the caller knows. */
  constructor(source: HistorySource, range: HistoryRange, until: LogHead) {
    this.#source = source;
    this.#range = range;
    this.#until = until;
    this.#position = range.after;
  }

  /**
   * The next entries that pass the filter. Rejects with `unavailable`, also if an epoch has begun of which the caller does
   * not know: its offsets are others.
   */
  async next(): Promise<LogEntry[]> {
    const { log, turns } = this.#source;
    const wanted = { after: this.#position, until: this.#until.offset, limit: this.#limit() };
    const { entries, complete, more } = await turns.run(() => log.history(this.#range.room, wanted));
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
