import { setTimeout as pause } from "node:timers/promises";
import type { RoomAccess } from "@roomcast/auth";
import {
  formatPosition,
  type Position,
  ProtocolError,
  parsePosition,
  parseRoom,
  type RoomName,
  type SubscribeCommand,
  type Subscribed,
} from "@roomcast/events";
import type { Session, Subscription } from "../sessions/session.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { SessionStore, StoredSession, StoredSubscription } from "../sessions/session-store.ts";
import type { CatchUp } from "./catch-up.ts";
import { checkSubscriptions } from "./check-subscriptions.ts";
import { answerOf, forbidden } from "./join-request.ts";
import { dropSubscriptions, noteEntered } from "./keep-session.ts";
import { deliveredTo, rememberLeft } from "./left-rooms.ts";
import { isDone, type Outcome, outcomeOf } from "./outcome.ts";
import { type ReachOptions, reach } from "./reach.ts";
import { resumeRequest, splitByReceipt, splitClosed } from "./resume-request.ts";
import {
  follows,
  lastOfEach,
  parseRequest,
  provenBy,
  rejoinRequest,
  type SubscribeRequest,
  toJoinRequest,
} from "./subscribe-request.ts";

/** How long, on average, a failed resume waits before it closes the connection. */
const resumePauseMs = 1_000;

export interface SubscriptionManagerOptions extends ReachOptions {
  catchUp: CatchUp;
  access: RoomAccess;
  store: SessionStore;
  sessions: SessionRegistry;
  maxSubscriptions: number;
}

/** The subscriptions of every session and user: which rooms a session follows, and how it resumes them. */
export class SubscriptionManager {
  readonly #options: SubscriptionManagerOptions;

  constructor(options: SubscriptionManagerOptions) {
    this.#options = options;
  }

  ofSession(session: Session): Subscription[] {
    return [...session.subscriptions.values()];
  }

  /** The subscriptions of all of a user's sessions on this replica. */
  ofUser(userId: string): Subscription[] {
    return this.#options.sessions.ofUser(userId).flatMap((session) => this.ofSession(session));
  }

  /** Number of subscriptions on this replica. */
  get size(): number {
    return this.#options.sessions.all().reduce((sum, { subscriptions }) => sum + subscriptions.size, 0);
  }

  /** Follows rooms, with an outcome for each. A failure changes nothing, or closes the connection. */
  subscribe(session: Session, commands: SubscribeCommand[]): Promise<Outcome<Subscribed>[]> {
    return session.inTurn(async () => {
      const asked = await Promise.all(commands.map((command) => outcomeOf(() => parseRequest(command))));
      // Before access is checked: a request for too many rooms must not cost a question to the authoriser for each.
      checkSubscriptions(session, lastOfEach(asked), this.#options.maxSubscriptions);
      const parsed = await Promise.all(asked.map((one) => this.#authorize(session, one)));
      const requests = lastOfEach(parsed);
      const { catchUp, follower } = this.#options;
      const followed = new Map<RoomName, Subscribed>();
      const request = () => {
        const { position } = follower;
        const all = requests.map((one) => toJoinRequest(session, one, follower.head));
        const joinRequests = all.filter((joinRequest) => !follows(session, joinRequest));
        const needsBackfill = joinRequests.some(({ from }) => from !== undefined);
        const delivered = needsBackfill ? deliveredTo(session, position) : [];
        for (const { room } of all.filter((joinRequest) => !joinRequests.includes(joinRequest)))
          followed.set(room, { room, position: formatPosition(position), replayed: 0 });
        return { joinRequests, delivered };
      };
      const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
      const joined = await catchUp.run(session, request, reauthorize);
      const kept = [...followed].filter(([room]) => session.subscriptions.has(room));
      const answers = new Map([...joined, ...kept]);
      return parsed.map((one) => (isDone(one) ? answerOf(answers, one.room) : one));
    });
  }

  /** Stops following a room, or rejects with `not_subscribed`. */
  unsubscribe(session: Session, name: string): Promise<{ room: RoomName }> {
    return session.inTurn(async () => {
      const room = parseRoom(name).name;
      if (!session.subscriptions.has(room))
        throw new ProtocolError("not_subscribed", "not subscribed to this room");
      await dropSubscriptions(this.#options.store, session, [room]);
      this.#remember(session, room);
      this.#options.catchUp.leave(session, room);
      return { room };
    });
  }

  /**
   * Starts buffering for an authenticated session until it is begun, resumed or rejoined. It must get neither
   * an event nor a position before its backfill is written.
   */
  bufferUntilEntered(session: Session): void {
    session.connection.open();
    session.connection.startBuffering();
  }

  /** Joins a new session's rooms without backfill; `welcome` runs in the same turn. */
  async begin(session: Session, rooms: readonly RoomName[], welcome: () => void): Promise<void> {
    const { catchUp, follower } = this.#options;
    while (catchUp.mustWait()) await catchUp.wait();
    if (session.isEnded) return;
    const { position } = follower;
    const since = position.offset;
    for (const room of rooms) catchUp.join(session, { room, filter: undefined, since, batch: 0 });
    noteEntered(session, position);
    catchUp.flushBuffered(session);
    welcome();
  }

  /**
   * Joins a session's rooms again and sends the missed events in the log's order, before anything newer.
   * `seen` is the position that the client brought back. Access to every room is checked again before the
   * first event is sent. `welcome` runs in the same turn as the last write, so that its position is true. To
   * be called in the session's turn. Rejects after a pause: for the client the connect was a success, so it
   * reconnects at once when its connection is closed.
   */
  resume(
    session: Session,
    stored: StoredSession,
    seen: Position | undefined,
    welcome: () => void,
  ): Promise<void> {
    return this.#orPause(() => this.#resume(session, stored, seen, welcome));
  }

  /** Joins the rooms of a session that is not stored, and sends what its client missed since `seen`. */
  rejoin(session: Session, rooms: readonly RoomName[], seen: Position, welcome: () => void): Promise<void> {
    return this.#orPause(async () => {
      await reach(this.#options, [seen]);
      if (session.isEnded) return;
      const request = () => rejoinRequest(rooms, provenBy(seen), this.#options.follower.head);
      const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
      await this.#options.catchUp.run(session, request, reauthorize, welcome);
    });
  }

  async #orPause(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await pause(resumePauseMs * (0.5 + Math.random()), undefined, { ref: false });
      throw error;
    }
  }

  async #resume(
    session: Session,
    stored: StoredSession,
    seen: Position | undefined,
    welcome: () => void,
  ): Promise<void> {
    const { followed, closed } = splitClosed(stored);
    const from = followed.map((one) => parsePosition(one.from));
    await reach(this.#options, seen === undefined ? from : [seen, ...from]);
    if (session.isEnded) return;
    const allowed = await this.#stillAllowed(session, followed);
    if (session.isEnded) return;
    await this.#resendAccessResets(session, closed, seen);
    const request = () => resumeRequest(allowed, seen, this.#options.follower.head);
    const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
    await this.#options.catchUp.run(session, request, reauthorize, welcome);
  }

  /** Takes rooms from a session at once and sends resets, at each resume until the client received them. */
  revoke(session: Session, rooms: readonly RoomName[]): Promise<void> {
    for (const room of rooms) this.#remember(session, room);
    return this.#options.catchUp.close(session, rooms);
  }

  /** Ends a session on this replica. The stored session stays, to be resumed. */
  end(session: Session): void {
    session.isEnded = true;
    for (const { room } of this.ofSession(session)) this.#options.catchUp.leave(session, room);
    session.connection.close();
  }

  /** To be called before a room is left. Entries that are still buffered do not count as received. */
  #remember(session: Session, room: RoomName): void {
    const subscription = session.subscriptions.get(room);
    if (subscription !== undefined && !session.connection.isBuffering)
      rememberLeft(session, subscription, this.#options.follower.position);
  }

  async #stillAllowed(session: Session, subscriptions: StoredSubscription[]): Promise<StoredSubscription[]> {
    const may = await Promise.all(subscriptions.map(({ room }) => this.#mayEnter(session, room)));
    if (session.isEnded) return [];
    const denied = subscriptions.filter((_, index) => !may[index]);
    await this.revoke(
      session,
      denied.map(({ room }) => room),
    );
    return subscriptions.filter((_, index) => may[index]);
  }

  /** Sends the resets of closed rooms once more, and drops the rooms whose resets the client has received. */
  async #resendAccessResets(
    session: Session,
    closed: StoredSubscription[],
    seen: Position | undefined,
  ): Promise<void> {
    const { catchUp, follower } = this.#options;
    const { received, unreceived } = splitByReceipt(closed, seen, follower.head);
    catchUp.sendAccessResets(session, unreceived);
    if (received.length > 0) await dropSubscriptions(this.#options.store, session, received);
  }

  async #authorize(session: Session, request: Outcome<SubscribeRequest>): Promise<Outcome<SubscribeRequest>> {
    if (!isDone(request)) return request;
    return outcomeOf(async () => {
      const { room, since } = request;
      if (!(await this.#mayEnter(session, room))) throw forbidden();
      if (since === undefined) return request;
      await reach(this.#options, [since]);
      return { ...request, since: provenBy(since) };
    });
  }

  async #mayEnter(session: Session, name: RoomName): Promise<boolean> {
    return this.#options.access.mayEnter(session.principal, parseRoom(name));
  }
}
