import { createHash } from "node:crypto";
import type { RoomName } from "@roomcast/events";
import { redisKey } from "@roomcast/service";

/**
 * How much longer a room's head lives than its history, ms: twice the step of the clock. A room without a head was then quiet
 * for a step longer than its history may be old, so the clock's step never hides how long that was.
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

  /** Pub/sub channel on which every entry is pushed. */
  get channel(): string {
    return `${this.#base}entries`;
  }

  /** String: the generation of a writer's batches, once the fate of one was unknown; see `AppendQueue`. */
  generation(writer: string): string {
    return `${this.#base}writer:${writer}`;
  }

  /** String without meaning: a write that a replica confirms together with all before it. */
  get confirmation(): string {
    return `${this.#base}confirmation`;
  }

  /** String that is written to learn whether the server takes writes. */
  get probe(): string {
    return `${this.#base}probe`;
  }

  /** Stream of one room's entries. */
  history(room: RoomName): string {
    return `${this.#base}history:${room}`;
  }

  /** String `<offset> <minute>`: the newest entry of one room. */
  roomHead(room: RoomName): string {
    return `${this.#base}head:${room}`;
  }

  /** String: the append remembered under an idempotency key. Hashed, as callers choose its text. */
  idempotency(key: string): string {
    return `${this.#base}idempotency:${createHash("sha256").update(key).digest("base64url")}`;
  }
}
