import type { EventLog, LogEntry, LogFollower } from "@roomcast/event-log";
import {
  type Filter,
  formatPosition,
  type Position,
  ProtocolError,
  type ResetReason,
  type RoomName,
  type Subscribed,
} from "@roomcast/events";
import type { EventFrames } from "../delivery/event-frames.ts";
import type { Frame } from "../delivery/frame.ts";
import { sendReset } from "../delivery/server-event.ts";
import { channelOf } from "../rooms/channel.ts";
import type { RoomManager } from "../rooms/room-manager.ts";
import { type Delivered, type Past, type PastBounds, passes, readPast, wasDelivered } from "./past.ts";
import type { Session, Subscription } from "./session.ts";
import { type SessionStore, toStored } from "./session-store.ts";

export interface EntranceOptions {
  log: Pick<EventLog, "history">;
  /** This replica's place in the log. */
  follower: Pick<LogFollower, "position" | "head">;
  rooms: RoomManager;
  store: SessionStore;
  frames: EventFrames;
  past: PastBounds;
}

/** One room to enter. */
export interface Wish {
  room: RoomName;
  filter: Filter | undefined;
  /** Where its past begins. Default: here, so that there is none. */
  from?: Position;
  /** Why none of the past after `from` can be sent. */
  reset?: ResetReason;
  /** Kept from an earlier connection of the session. */
  since?: number;
  /** Whether the client takes itself to be in the room already: if it may not be, it has to be told. */
  isFollowed?: boolean;
}

/** Asks once more, now that the subscription stands, whether the session may be in the room; `unavailable` if unknown. */
export type Recheck = (room: RoomName) => Promise<boolean>;

/**
 * Brings sessions into rooms. While it works, nothing live is written to the session: it is entered into the rooms at
 * once, what comes meanwhile waits, then the past is written, then what waited, in one tick. So all of the past comes
 * before anything newer, and the cut between the two is exact.
 */
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Enters at once and sends nothing of the past. */
  join(session: Session, subscription: Subscription): void {
    this.leave(session, subscription.room);
    const { rooms, follower } = this.#options;
    const room = rooms.enter(session, subscription.room, subscription.filter, follower.position.offset);
    subscription.room = room;
    session.subscriptions.set(room, subscription);
  }

  /** Leaves a room on this replica. */
  leave(session: Session, room: RoomName): void {
    const subscription = session.subscriptions.get(room);
    if (subscription === undefined) return;
    session.subscriptions.delete(room);
    this.#options.rooms.leave(session, room, subscription.filter);
  }

  /** Takes a room from a session at once and tells it so; the stored session forgets it too. */
  async revoke(session: Session, room: RoomName): Promise<void> {
    this.leave(session, room);
    await this.#tellLeft(session, room);
  }

  /**
   * Enters rooms with their past. `delivered` says what the session was given before. Rejects with `unavailable` when
   * the past, the access or the session cannot be read or stored; nothing has changed then, unless the connection was
   * cut.
   */
  async enter(
    session: Session,
    wishes: Wish[],
    delivered: Delivered[],
    recheck: Recheck,
  ): Promise<Map<RoomName, Subscribed>> {
    if (wishes.length === 0 || session.isEnded) return new Map();
    const before = new Map(session.subscriptions);
    const at = this.#options.follower.position;
    const batch = session.nextBatch(at.offset);
    session.connection.hold();
    for (const { room, filter, from = at, since = from.offset } of wishes) {
      this.join(session, { room, filter, batch, since });
    }
    try {
      const past = await this.#readPast(wishes, at.offset);
      await this.#leaveForbidden(session, wishes, recheck);
      if (session.isEnded) return new Map();
      const starts = new Map(wishes.map(({ room, from }) => [room, from ?? at]));
      const resets = this.#applyResets(session, wishes, past, at);
      const plan = { past, starts, resets, delivered, at, batch };
      await this.#save(session, plan);
      if (!this.#isBroken(at)) return this.#flush(session, wishes, plan);
    } catch (error) {
      this.#undo(session, wishes, before, at);
      throw error;
    }
    // The rooms are stored, and stay the session's: it is resumed in them.
    if (!session.isEnded) session.connection.cut();
    this.#release(session);
    throw new ProtocolError("unavailable", "the log was broken meanwhile");
  }

  /** What was read of the past, and what waits, may be of a log that has been rolled back meanwhile. */
  #isBroken({ epoch }: Position): boolean {
    return this.#options.follower.position.epoch !== epoch;
  }

  #readPast(wishes: Wish[], offset: number): Promise<Past> {
    const { log, follower, past } = this.#options;
    const ranges = wishes.flatMap(({ room, filter, from, reset }) =>
      from === undefined || reset !== undefined || from.offset >= offset
        ? []
        : [{ room, filter, after: from.offset }],
    );
    return readPast(log, ranges, { offset, epochs: follower.head.epochs }, past);
  }

  async #tellLeft(session: Session, room: RoomName): Promise<void> {
    const { follower, store } = this.#options;
    sendReset(session.connection.socket, room, "access", follower.position);
    await session.store((versions) => store.drop(session.id, room, versions));
  }

  async #leaveForbidden(session: Session, wishes: Wish[], recheck: Recheck): Promise<void> {
    const may = await Promise.all(wishes.map(({ room }) => recheck(room)));
    const forbidden = wishes.filter((_, index) => !may[index]);
    await Promise.all(
      forbidden.map(async ({ room, isFollowed }) => {
        this.leave(session, room);
        if (isFollowed) await this.#tellLeft(session, room);
      }),
    );
  }

  /** A room that starts afresh was given nothing before. */
  #applyResets(session: Session, wishes: Wish[], past: Past, at: Position): Map<RoomName, ResetReason> {
    const resets = new Map<RoomName, ResetReason>();
    for (const { room, reset } of wishes) {
      const reason = past.incomplete.has(room) ? "trimmed" : reset;
      const subscription = session.subscriptions.get(room);
      if (reason === undefined || subscription === undefined) continue;
      resets.set(room, reason);
      subscription.since = at.offset;
    }
    return resets;
  }

  /** With where the past begins, reset or not: what of it has not reached the client is found again by a resume. */
  async #save(session: Session, { starts, resets, at, batch }: EntryPlan): Promise<void> {
    const added = [...session.subscriptions.values()].filter((one) => one.batch === batch);
    const subscriptions = added.map((one) =>
      toStored(one, { from: starts.get(one.room) ?? at, at, isReset: resets.has(one.room) }),
    );
    const content = { userId: session.userId, batch, subscriptions };
    await session.store((versions) => this.#options.store.save(session.id, content, versions));
  }

  /** Runs without interruption, so that nothing comes between the past and what waited. */
  #flush(
    session: Session,
    wishes: Wish[],
    { past, starts, resets, delivered, at, batch }: EntryPlan,
  ): Map<RoomName, Subscribed> {
    // Whatever was revoked meanwhile is gone from the session.
    const current = [...session.subscriptions.values()].filter((one) => one.batch === batch);
    const answers = new Map<RoomName, Subscribed>();
    for (const { room } of current) answers.set(room, { room, position: formatPosition(at), replayed: 0 });
    for (const { room } of current) {
      const reason = resets.get(room);
      if (reason !== undefined) sendReset(session.connection.socket, room, reason, at);
    }
    const isOwed = ({ offset }: LogEntry, room: RoomName) =>
      !resets.has(room) && offset > (starts.get(room) ?? at).offset;
    const frames: Frame[] = [];
    for (const entry of past.entries) {
      const takers = current.filter((one) => isOwed(entry, one.room) && passes(entry, one));
      if (takers.length === 0 || wasDelivered(entry, delivered)) continue;
      for (const { room } of takers) (answers.get(room) as Subscribed).replayed++;
      frames.push(this.#pastFrame(session, entry, { ...at, replay: { batch, at: entry.offset } }));
    }
    session.connection.writePast(frames);
    this.#release(session);
    for (const { room } of wishes) if (!session.subscriptions.has(room)) answers.delete(room);
    return answers;
  }

  #pastFrame(session: Session, entry: LogEntry, position: Position): Frame {
    const namespace = session.connection.socket.nsp.name;
    return this.#options.frames.single(namespace, entry.type, entry.json, formatPosition(position));
  }

  /** Writes what waited, as far as the session still follows it. If some could not wait, the client resumes anew. */
  #release(session: Session): void {
    const { connection } = session;
    const waited = connection.release();
    if (connection.hasOverflowed) return connection.cut();
    connection.write(waited.filter(({ entry }) => isFollowed(session, entry)));
  }

  #undo(session: Session, wishes: Wish[], before: Map<RoomName, Subscription>, at: Position): void {
    for (const { room } of wishes) this.leave(session, room);
    // What only the replaced filter would have let through did not wait, and what waited in another epoch may no longer
    // be in the log; a resume brings what is missing.
    const isReplaced = wishes.some(({ room }) => before.has(room));
    if ((isReplaced || this.#isBroken(at)) && !session.isEnded) session.connection.cut();
    this.#release(session);
  }
}

interface EntryPlan {
  past: Past;
  /** Where the past of each room begins. */
  starts: Map<RoomName, Position>;
  resets: Map<RoomName, ResetReason>;
  delivered: Delivered[];
  at: Position;
  batch: number;
}

function isFollowed(session: Session, entry: LogEntry): boolean {
  const { channels } = session.connection;
  return entry.rooms.some((room) => {
    const subscription = session.subscriptions.get(room);
    return subscription !== undefined && channels.includes(channelOf(room, subscription.filter?.key));
  });
}

/** The answer of one wish, or why there is none. */
export function answerOf(answers: Map<RoomName, Subscribed>, room: RoomName): Subscribed {
  const answer = answers.get(room);
  if (answer === undefined) throw new ProtocolError("forbidden", "you may not enter this room");
  return answer;
}
