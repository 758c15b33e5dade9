import type { LogFollower } from "@roomcast/event-log";
import type { Position, ResetReason, RoomName, Subscribed } from "@roomcast/events";
import type { EventEncoder } from "../delivery/event-encoder.ts";
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
  /** This replica's position in the log. */
  follower: Pick<LogFollower, "position" | "head">;
  continuity: Pick<Continuity, "gaps" | "isBroken" | "restored">;
  rooms: RoomManager;
  store: SessionStore;
  encoder: EventEncoder;
  /** Bounds of one replay over all of its rooms. */
  bounds: BackfillBounds;
  /** How long a client may take to read one portion of the backfill. */
  takeTimeoutMs: number;
}

/**
 * Brings sessions into rooms and sends what they missed. It joins the rooms at once and buffers live entries
 * for the session. Then it writes the backfill as fast as the client reads it, and last the buffered entries.
 * So the whole backfill comes before anything newer, and no entry is missing or doubled between the two.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Joins a room at once, without backfill. */
  join(session: Session, subscription: Subscription): void {
    const { rooms, follower } = this.#options;
    const replaced = session.subscriptions.get(subscription.room);
    if (replaced !== undefined) rememberLeft(session, replaced, follower.position);
    this.leave(session, subscription.room);
    const room = rooms.join(session, subscription.room, subscription.filter, follower.position.offset);
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
   * Takes rooms from a session at once and sends a reset for each. The store keeps them as closed until the
   * client proves that it received the reset: by a position after `at`, or by one of `batch` or a later
   * batch. Default: a later position than the present one.
   */
  async close(
    session: Session,
    rooms: readonly RoomName[],
    { at, batch }: { at: Position; batch: number } = this.#closingNow(session),
  ): Promise<void> {
    if (rooms.length === 0) return;
    for (const room of rooms) this.leave(session, room);
    this.sendAccessResets(session, rooms);
    const subscriptions = rooms.map((room) => closedRoom(room, at, batch));
    await keepSubscriptions(this.#options.store, session, subscriptions);
  }

  /** Sends the resets for rooms that the session may no longer be in. */
  sendAccessResets(session: Session, rooms: readonly RoomName[]): void {
    const { socket } = session.connection;
    for (const room of rooms) sendReset(socket, room, "access", this.#options.follower.position);
  }

  /** Whether joins must wait: during a discontinuity the log skips the position of a join. */
  mustWait(): boolean {
    return this.#options.continuity.isBroken;
  }

  /** Resolves when `mustWait` should be asked again. */
  wait(): Promise<void> {
    return this.#options.continuity.restored();
  }

  /**
   * Joins rooms and sends their backfill. `request` runs when the position at which the rooms are joined is
   * known, because its positions must be judged at that moment. `written` runs in the same turn in which the
   * last buffered entry is written.
   *
   * Rejects with `unavailable` when the history or the access cannot be read, or the session cannot be
   * stored. Nothing has changed then, unless the connection was closed. A session that buffered before the
   * call, because it is being resumed, still buffers then: the caller closes its connection.
   */
  async run(
    session: Session,
    request: () => CatchUpRequest,
    reauthorize: Reauthorize,
    written: () => void = () => undefined,
  ): Promise<Map<RoomName, Subscribed>> {
    while (this.mustWait()) await this.wait();
    if (session.isEnded) return new Map();
    const { joinRequests, delivered } = request();
    if (joinRequests.length === 0) {
      this.flushBuffered(session);
      written();
      return new Map();
    }
    const isResumed = session.connection.isBuffering;
    // Entries that only the replaced filter lets through are not buffered, so a failure must close the
    // connection.
    const isReplaced = joinRequests.some(({ room }) => session.subscriptions.has(room));
    const at: EntryPoint = { ...this.#options.follower.position, gaps: this.#options.continuity.gaps };
    const batch = session.nextBatch(at.offset);
    session.connection.startBuffering();
    for (const { room, filter, from = at, since = from.offset } of joinRequests) {
      this.join(session, { room, filter, batch, since });
    }
    let replay: Replay;
    try {
      const plan = await this.#readHistory(joinRequests, at.offset);
      await this.#leaveForbidden(session, joinRequests, reauthorize, { at, batch });
      if (session.isEnded) return new Map();
      const starts = new Map<RoomName, Position>(joinRequests.map(({ room, from }) => [room, from ?? at]));
      const resets = this.#applyResets(session, joinRequests, plan, at);
      const deliveredOf = byRoom(delivered);
      replay = { plan, starts, resets, delivered: deliveredOf, at, batch };
      await this.#save(session, replay, isResumed);
    } catch (error) {
      for (const { room } of joinRequests) this.leave(session, room);
      if (!isResumed) this.#giveUp(session, isReplaced || this.#isBroken(at));
      throw error;
    }
    // The rooms are stored now. A failure from here on closes the connection, and the session resumes in them.
    try {
      const answers = await writeReplay(session, replay, {
        ...this.#options,
        isBroken: () => this.#isBroken(at),
      });
      this.flushBuffered(session);
      written();
      return answers;
    } catch (error) {
      if (!isResumed) this.#giveUp(session, true);
      throw error;
    }
  }

  /**
   * Whether the log had a discontinuity since. The backfill and the buffered entries may then belong to a log
   * that was rolled back, or lie on both sides of a gap.
   */
  #isBroken({ epoch, gaps }: EntryPoint): boolean {
    const { follower, continuity } = this.#options;
    return follower.position.epoch !== epoch || continuity.gaps !== gaps;
  }

  #readHistory(joinRequests: JoinRequest[], offset: number): Promise<ReplayPlan> {
    const { history, follower, bounds } = this.#options;
    const ranges = joinRequests.flatMap(({ room, filter, from, reset }) =>
      from === undefined || reset !== undefined || from.offset >= offset
        ? []
        : [{ room, filter, after: from.offset }],
    );
    return planReplay(history, ranges, { offset, epochs: follower.head.epochs }, bounds);
  }

  /** Only the next batch carries positions that prove that the client received what is written now. */
  #closingNow({ batch }: Session): { at: Position; batch: number } {
    return { at: this.#options.follower.position, batch: batch + 1 };
  }

  /** Leaves the rooms that the session may no longer be in. Buffered entries are written after the resets. */
  async #leaveForbidden(
    session: Session,
    joinRequests: JoinRequest[],
    reauthorize: Reauthorize,
    entered: { at: Position; batch: number },
  ): Promise<void> {
    const may = await Promise.all(joinRequests.map(({ room }) => reauthorize(room)));
    if (session.isEnded) return;
    const forbidden = joinRequests.filter((_, index) => !may[index]);
    for (const { room } of forbidden) this.leave(session, room);
    const followed = forbidden.filter(({ isFollowed }) => isFollowed).map(({ room }) => room);
    await this.close(session, followed, entered);
  }

  /** Finds the rooms to reset. A session counts as having received nothing of them before `at`. */
  #applyResets(
    session: Session,
    joinRequests: JoinRequest[],
    plan: ReplayPlan,
    at: Position,
  ): Map<RoomName, ResetReason> {
    const resets = new Map<RoomName, ResetReason>();
    for (const { room, reset } of joinRequests) {
      const reason = plan.incomplete.has(room) ? "trimmed" : reset;
      const subscription = session.subscriptions.get(room);
      if (reason === undefined || subscription === undefined) continue;
      resets.set(room, reason);
      subscription.since = at.offset;
    }
    return resets;
  }

  /**
   * Stores the rooms with the position at which their backfill begins, also for rooms that are reset. A
   * resume finds from it what the client has not received.
   */
  async #save(session: Session, { starts, resets, at, batch }: Replay, isResumed: boolean): Promise<void> {
    // The client's own position says where this session resumes. Only resets must be stored, to be sent again.
    if (isResumed && !session.isStored && resets.size === 0) return noteEntered(session, at);
    const added = [...session.subscriptions.values()].filter((one) => one.batch === batch);
    const subscriptions = added.map((one) =>
      toStored(one, { from: starts.get(one.room) ?? at, at, isReset: resets.has(one.room) }),
    );
    await keepSubscriptions(this.#options.store, session, subscriptions);
  }

  /**
   * Stops buffering and writes the buffered entries of rooms that the session still follows. If the buffer
   * has overflowed, closes the connection so that the client resumes.
   */
  flushBuffered(session: Session): void {
    const { connection } = session;
    const { buffered: buffer } = connection;
    const entries = connection.stopBuffering();
    // Checked afterwards: `stopBuffering` adds what the fan-out queue still has, and the buffer may overflow by it.
    if (buffer?.hasOverflowed) return connection.terminate();
    connection.write(entries.filter(({ entry }) => isFollowed(session, entry)));
  }

  /**
   * After a failure: goes on without the new rooms. With `mustClose` the buffered entries cannot be used:
   * closes the connection, and a resume brings what is missing.
   */
  #giveUp(session: Session, mustClose: boolean): void {
    if (mustClose && !session.isEnded) session.connection.terminate();
    this.flushBuffered(session);
  }
}
