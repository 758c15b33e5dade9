import type { Principal } from "@roomcast/auth";
import { type Filter, type Position, ProtocolError, type RoomName } from "@roomcast/events";
import type { Connection } from "../delivery/connection.ts";
import { TinyMap } from "../socketio/tiny-map.ts";
import { type BucketRule, retryAfterMs, takeToken } from "./token-bucket.ts";

/** A client's accepted request to follow a room. */
export interface Subscription {
  room: RoomName;
  filter: Filter | undefined;
  /** The `subscribe` call or resume it came with, counted within the session. */
  batch: number;
  /** The offset after which the session received every event of the room, over all its connections. */
  since: number;
}

/**
 * The changes of a session are numbered. A store loses the newest changes if it loses any: a store that has a
 * change has all before it.
 */
export interface Versions {
  /** The last change that the store has acknowledged. */
  known: number;
  /** This change. */
  next: number;
}

/** More than a burst of commands, so that a session may go on sending commands during a catch-up. */
const mostWaiting = 256;

/** Changes that wait for their turns. Not a field of the session, because hardly any session has some. */
const waiting = new WeakMap<Session, number>();

/** A user's connection across reconnects, as this replica holds it. */
export class Session {
  /** 128 random bits in base64url: Socket.IO's `pid`, which a stock client sends back when it reconnects. */
  readonly id: string;
  /** Replaced when rooms are revoked from the user. */
  principal: Principal;
  readonly connection: Connection;
  readonly subscriptions = new TinyMap<RoomName, Subscription>();
  /** Counts the changes of the stored session, whether they succeeded or not. */
  version: number;
  /** The last change that is known to be stored; -1 until the session is first stored. */
  storedVersion: number;
  /**
   * The epoch of the log in which `storedVersion` was known. Until the session is stored: the epoch in which
   * it joined its automatic rooms.
   */
  confirmedFor: string;
  /** The offset at which it joined its automatic rooms; counts until it is stored. */
  enteredAt = 0;
  /** Number of the last `subscribe` call or resume. */
  batch: number;
  /** Whether its connection has ended; it joins no more rooms. */
  isEnded = false;
  /** Whether the same session has a newer connection, here or elsewhere. */
  isEvicted = false;
  #commandsFullAtMs = 0;
  /** The offset at which the last batch was replayed. */
  #batchAt = -1;
  /** The running change of the subscriptions, if there is one. */
  #last: Promise<unknown> | undefined = undefined;

  constructor(
    id: string,
    principal: Principal,
    connection: Connection,
    confirmedFor: string,
    { batch = 0, version }: { batch?: number; version?: number } = {},
  ) {
    this.id = id;
    this.principal = principal;
    this.connection = connection;
    this.confirmedFor = confirmedFor;
    this.version = version ?? 0;
    this.storedVersion = version ?? -1;
    this.batch = batch;
  }

  get userId(): string {
    return this.principal.userId;
  }

  /** Whether the session is known to be stored. */
  get isStored(): boolean {
    return this.storedVersion >= 0;
  }

  /** When it last sent a command, to within one burst; 0 if never. A time of `performance.now`. */
  get commandedAtMs(): number {
    return Math.min(this.#commandsFullAtMs, performance.now());
  }

  /** Whether a ping is unanswered. */
  get isUnanswered(): boolean {
    return this.connection.engine.pingTimeoutTimer !== null;
  }

  /** Counts a command. Returns 0, or the milliseconds until it may be sent again; then it does not count. */
  takeCommand(rule: BucketRule, weight: number): number {
    const fullAtMs = takeToken(this.#commandsFullAtMs, rule, weight);
    if (fullAtMs === undefined) return retryAfterMs(this.#commandsFullAtMs, rule, weight);
    this.#commandsFullAtMs = fullAtMs;
    return 0;
  }

  /** Counts a new `subscribe` call or resume that takes effect at an offset. */
  nextBatch(offset: number): number {
    this.#batchAt = offset;
    this.batch++;
    return this.batch;
  }

  /** The position to send the client once everything up to it, replays included, is written. */
  positionAt(position: Position): Position {
    if (position.offset !== this.#batchAt) return position;
    return { ...position, replay: { batch: this.batch, at: position.offset } };
  }

  /**
   * Changes the stored session. `change` gets the number of this change, and of the change that must be
   * stored before it. Rejects with `unavailable` once the connection has ended: `EpochValidator` has recorded
   * the session's version by then, and must not miss a change.
   */
  async store(change: (versions: Versions) => Promise<void>): Promise<void> {
    if (this.isEnded) throw new ProtocolError("unavailable", "the connection has ended");
    const [known, next] = [this.storedVersion, ++this.version];
    await change({ known, next });
    this.storedVersion = Math.max(this.storedVersion, next);
  }

  /** Runs a change of the subscriptions after all earlier ones; `overloaded` if many wait already. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    if ((waiting.get(this) ?? 0) >= mostWaiting) return Promise.reject(tooManyWait());
    const turn = this.#last === undefined ? work() : this.#afterwards(this.#last, work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#last === settled) this.#last = undefined;
      });
    this.#last = settled;
    return turn;
  }

  async #afterwards<T>(last: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    waiting.set(this, (waiting.get(this) ?? 0) + 1);
    await last;
    const left = (waiting.get(this) ?? 1) - 1;
    if (left === 0) waiting.delete(this);
    else waiting.set(this, left);
    return work();
  }
}

function tooManyWait(): ProtocolError {
  return new ProtocolError("overloaded", `${mostWaiting} commands are waiting: wait for their answers`);
}
