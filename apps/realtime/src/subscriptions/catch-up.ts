import type { LogFollower } from "@roomcast/event-log";
import type { Position, ResetReason, RoomName, Subscribed } from "@roomcast/events";
import type { EventFrames } from "../delivery/event-frames.ts";
import { sendReset } from "../delivery/server-event.ts";
import type { Session, Subscription } from "../sessions/session.ts";
import { closedRoom, type SessionStore, toStored } from "../sessions/session-store.ts";
import type { Continuity } from "./continuity.ts";
import type { HistorySource } from "./history-cursor.ts";
import type { CatchUpRequest, EntryPoint, JoinRequest, Reauthorize } from "./join-request.ts";
import { keepSubscriptions, noteEntered } from "./keep-session.ts";
import { rememberLeft } from "./left-rooms.ts";
import { type BackfillBounds, byRoom } from "./read-history.ts";
import { isFollowed, type Replay, writeReplay } from "./replay.ts";
import { planReplay, type ReplayPlan } from "./replay-plan.ts";
import type { RoomManager } from "./room-manager.ts";

export interface CatchUpOptions {
  history: HistorySource;
  /** This replica's place in the log. */
  follower: Pick<LogFollower, "position" | "head">;
  continuity: Pick<Continuity, "gaps" | "isBroken" | "restored">;
  rooms: RoomManager;
  store: SessionStore;
  frames: EventFrames;
  /** Bounds of one replay over all of its rooms. */
  past: BackfillBounds;
  /** How long a client may take to read a part of its past. */
  takeTimeoutMs: number;
}

/**
 * Brings sessions into rooms. While it works, nothing live is written to the session: it is entered into the rooms at
 * once, live events wait, then the past is written as fast as the client reads it, then what waited. So all of the
 * past comes before anything newer, and the cut between the two is exact.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Enters at once and sends nothing of the past. */
  join(session: Session, subscription: Subscription): void {
    const { rooms, follower } = this.#options;
    const replaced = session.subscriptions.get(subscription.room);
    if (replaced !== undefined) rememberLeft(session, replaced, follower.position);
    this.leave(session, subscription.room);
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

  /**
   * Takes rooms from a session at once and tells it so. They stay stored as closed until the client proves to have heard of
   * it: by a position after `at`, or one of `batch`. Default: a later position than now.
   */
  async close(
    session: Session,
    rooms: readonly RoomName[],
    { at, batch }: { at: Position; batch: number } = this.#closingNow(session),
  ): Promise<void> {
    if (rooms.length === 0) return;
    for (const room of rooms) this.leave(session, room);
    this.tellClosed(session, rooms);
    const subscriptions = rooms.map((room) => closedRoom(room, at, batch));
    await keepSubscriptions(this.#options.store, session, subscriptions);
  }

  /** Tells a session that it may not be in rooms. */
  tellClosed(session: Session, rooms: readonly RoomName[]): void {
    const { socket } = session.connection;
    for (const room of rooms) sendReset(socket, room, "access", this.#options.follower.position);
  }

  /** Whether nobody may enter now: in a gap of the log, a room would be entered at a place that is passed over. */
  mustWait(): boolean {
    return this.#options.continuity.isBroken;
  }

  /** Resolves when it is worth asking `mustWait` again. */
  wait(): Promise<void> {
    return this.#options.continuity.restored();
  }

  /**
   * Enters rooms with their past. `request` is asked when the place in the log is known at which they are entered: what it
   * says of positions must be of that moment. `written` is called once the past is written, in the same turn. Rejects with
   * `unavailable` when the past, the access or the session cannot be read or stored; nothing has changed then, unless the
   * connection was cut. A session that was held before, to be resumed, stays held then: its caller ends it.
   */
  async enter(
    session: Session,
    request: () => CatchUpRequest,
    reauthorize: Reauthorize,
    written: () => void = () => undefined,
  ): Promise<Map<RoomName, Subscribed>> {
    while (this.mustWait()) await this.wait();
    if (session.isEnded) return new Map();
    const { joinRequests, delivered } = request();
    if (joinRequests.length === 0) {
      this.release(session);
      written();
      return new Map();
    }
    const isResumed = session.connection.isBuffering;
    // What only a replaced filter would have let through does not wait.
    const isReplaced = joinRequests.some(({ room }) => session.subscriptions.has(room));
    const at: EntryPoint = { ...this.#options.follower.position, gaps: this.#options.continuity.gaps };
    const batch = session.nextBatch(at.offset);
    session.connection.startBuffering();
    for (const { room, filter, from = at, since = from.offset } of joinRequests) {
      this.join(session, { room, filter, batch, since });
    }
    let plan: Replay;
    try {
      const past = await this.#readHistory(joinRequests, at.offset);
      await this.#leaveForbidden(session, joinRequests, reauthorize, { at, batch });
      if (session.isEnded) return new Map();
      const starts = new Map<RoomName, Position>(joinRequests.map(({ room, from }) => [room, from ?? at]));
      const resets = this.#applyResets(session, joinRequests, past, at);
      const deliveredOf = byRoom(delivered);
      plan = { past, starts, resets, delivered: deliveredOf, at, batch };
      await this.#save(session, plan, isResumed);
    } catch (error) {
      for (const { room } of joinRequests) this.leave(session, room);
      if (!isResumed) this.#giveUp(session, isReplaced || this.#isBroken(at));
      throw error;
    }
    // From here on the rooms are stored, and stay the session's: what fails cuts it, and it is resumed in them.
    try {
      const answers = await writeReplay(session, plan, {
        ...this.#options,
        isBroken: () => this.#isBroken(at),
      });
      this.release(session);
      written();
      return answers;
    } catch (error) {
      if (!isResumed) this.#giveUp(session, true);
      throw error;
    }
  }

  /**
   * What was read of the past, and what waits, may be of a log that has been rolled back since, or lie on both sides of a
   * gap.
   */
  #isBroken({ epoch, gaps }: EntryPoint): boolean {
    const { follower, continuity } = this.#options;
    return follower.position.epoch !== epoch || continuity.gaps !== gaps;
  }

  #readHistory(joinRequests: JoinRequest[], offset: number): Promise<ReplayPlan> {
    const { history, follower, past } = this.#options;
    const ranges = joinRequests.flatMap(({ room, filter, from, reset }) =>
      from === undefined || reset !== undefined || from.offset >= offset
        ? []
        : [{ room, filter, after: from.offset }],
    );
    return planReplay(history, ranges, { offset, epochs: follower.head.epochs }, past);
  }

  /** The next batch is given positions only after what is written now. */
  #closingNow({ batch }: Session): { at: Position; batch: number } {
    return { at: this.#options.follower.position, batch: batch + 1 };
  }

  /** What the session is given since it was held, it is given after the resets. */
  async #leaveForbidden(
    session: Session,
    joinRequests: JoinRequest[],
    reauthorize: Reauthorize,
    held: { at: Position; batch: number },
  ): Promise<void> {
    const may = await Promise.all(joinRequests.map(({ room }) => reauthorize(room)));
    if (session.isEnded) return;
    const forbidden = joinRequests.filter((_, index) => !may[index]);
    for (const { room } of forbidden) this.leave(session, room);
    const followed = forbidden.filter(({ isFollowed }) => isFollowed).map(({ room }) => room);
    await this.close(session, followed, held);
  }

  /** A room that starts afresh was given nothing before. */
  #applyResets(
    session: Session,
    joinRequests: JoinRequest[],
    past: ReplayPlan,
    at: Position,
  ): Map<RoomName, ResetReason> {
    const resets = new Map<RoomName, ResetReason>();
    for (const { room, reset } of joinRequests) {
      const reason = past.incomplete.has(room) ? "trimmed" : reset;
      const subscription = session.subscriptions.get(room);
      if (reason === undefined || subscription === undefined) continue;
      resets.set(room, reason);
      subscription.since = at.offset;
    }
    return resets;
  }

  /** With where the past begins, reset or not: what of it has not reached the client is found again by a resume. */
  async #save(session: Session, { starts, resets, at, batch }: Replay, isResumed: boolean): Promise<void> {
    // Its client's position says where it goes on. A reset has none, and is to be told again.
    if (isResumed && !session.isStored && resets.size === 0) return noteEntered(session, at);
    const added = [...session.subscriptions.values()].filter((one) => one.batch === batch);
    const subscriptions = added.map((one) =>
      toStored(one, { from: starts.get(one.room) ?? at, at, isReset: resets.has(one.room) }),
    );
    await keepSubscriptions(this.#options.store, session, subscriptions);
  }

  /** Writes what waited, as far as the session still follows it. If some could not wait, the client resumes anew. */
  release(session: Session): void {
    const { connection } = session;
    const { held } = connection;
    const waited = connection.release();
    // Asked afterwards: what the fan-out queue still has is added within `release`, and may be too much.
    if (held?.hasOverflowed) return connection.cut();
    connection.write(waited.filter(({ entry }) => isFollowed(session, entry)));
  }

  /** Goes on without what was wanted, or cuts a session that cannot go on with what waited: a resume brings what is missing. */
  #giveUp(session: Session, mustCut: boolean): void {
    if (mustCut && !session.isEnded) session.connection.cut();
    this.release(session);
  }
}
