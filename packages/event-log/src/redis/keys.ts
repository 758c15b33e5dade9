import { createHash } from "node:crypto";
import type { RoomName } from "@roomcast/events";
import { redisKey } from "@roomcast/service";

/**
 * How much longer a room's head lives than its history, in ms: two steps of the minute index. A room without
 * a head was then quiet for at least one step longer than its history's age, so the index's coarse step
 * cannot hide that time.
 */
export const headSlackMs = 120_000;

/** The names of the log's keys. */
export class LogKeys {
  readonly #base: string;

  constructor(prefix: string) {
    this.#base = redisKey(prefix, "");
  }

  /** Hash: offset, replid, epochs, time, minute, ages, agesFrom, provenAt, `proof:<kind>`. */
  get meta(): string {
    return `${this.#base}meta`;
  }

  /** Stream of all entries, ids `<offset>-0`. */
  get log(): string {
    return `${this.#base}log`;
  }

  /** Sorted set: the offset of each minute's first entry, by its time. */
  get minuteIndex(): string {
    return `${this.#base}clock`;
  }

  /** Redis channel on which every entry is pushed. */
  get channel(): string {
    return `${this.#base}entries`;
  }

  /**
   * String: the generation of a writer's batches; set once the outcome of a batch was unknown.
   * See `AppendQueue`.
   */
  generation(writer: string): string {
    return `${this.#base}writer:${writer}`;
  }

  /** String without meaning. A replica that confirms this write has all writes before it. */
  get confirmation(): string {
    return `${this.#base}confirmation`;
  }

  /** String that a probe writes to learn whether the server accepts writes. */
  get probe(): string {
    return `${this.#base}probe`;
  }

  /** Stream of one room's entries. */
  history(room: RoomName): string {
    return `${this.#base}history:${room}`;
  }

  /** String `<offset> <minute>` of a room's newest entry. */
  roomHead(room: RoomName): string {
    return `${this.#base}head:${room}`;
  }

  /**
   * String: the append remembered for an idempotency key. The key is hashed, because callers choose its text.
   */
  idempotency(key: string): string {
    return `${this.#base}idempotency:${createHash("sha256").update(key).digest("base64url")}`;
  }
}
