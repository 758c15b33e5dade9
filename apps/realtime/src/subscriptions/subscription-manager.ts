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
import { resumeRequest, splitClosed, splitHeard } from "./resume-request.ts";
import {
  goOnRequest,
  isGiven,
  lastOfEach,
  parseRequest,
  provenBy,
  type SubscribeRequest,
  toJoinRequest,
} from "./subscribe-request.ts";

/** About how long a resume that failed holds its client back. */
const resumePauseMs = 1_000;

export interface SubscriptionManagerOptions extends ReachOptions {
  catchUp: CatchUp;
  access: RoomAccess;
  store: SessionStore;
  sessions: SessionRegistry;
  maxSubscriptions: number;
}

/** The subscriptions of every session and user: who follows what, and how a session comes back to it. */
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

  /** How many there are on this replica. */
  get size(): number {
    return this.#options.sessions.all().reduce((sum, { subscriptions }) => sum + subscriptions.size, 0);
  }

  /** Follows rooms; each wish is answered by itself, and one that fails changes nothing, or cuts the connection. */
  subscribe(session: Session, commands: SubscribeCommand[]): Promise<Outcome<Subscribed>[]> {
    return session.inTurn(async () => {
      const asked = await Promise.all(commands.map((command) => outcomeOf(() => parseRequest(command))));
      // Before anyone is asked who may enter: what is too much in any case costs no questions.
      checkSubscriptions(session, lastOfEach(asked), this.#options.maxSubscriptions);
      const parsed = await Promise.all(asked.map((one) => this.#authorize(session, one)));
      const requests = lastOfEach(parsed);
      const { catchUp, follower } = this.#options;
      const followed = new Map<RoomName, Subscribed>();
      const request = () => {
        const { position } = follower;
        const all = requests.map((one) => toJoinRequest(session, one, follower.head));
        const joinRequests = all.filter((joinRequest) => !isGiven(session, joinRequest));
        const hasPast = joinRequests.some(({ from }) => from !== undefined);
        const delivered = hasPast ? deliveredTo(session, position) : [];
        for (const { room } of all.filter((joinRequest) => !joinRequests.includes(joinRequest)))
          followed.set(room, { room, position: formatPosition(position), replayed: 0 });
        return { joinRequests, delivered };
      };
      const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
      const entered = await catchUp.enter(session, request, reauthorize);
      const kept = [...followed].filter(([room]) => session.subscriptions.has(room));
      const answers = new Map([...entered, ...kept]);
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
   * Begins to hold a session that was let in, until `begin` or `resume` is done: before its past is written it must be given
   * neither an event nor a position.
   */
  bufferUntilEntered(session: Session): void {
    session.connection.open();
    session.connection.startBuffering();
  }

  /** Enters a new session's rooms from now on and sends nothing of their past; `welcome` runs in the same turn. */
  async begin(session: Session, rooms: readonly RoomName[], welcome: () => void): Promise<void> {
    const { catchUp, follower } = this.#options;
    while (catchUp.mustWait()) await catchUp.wait();
    if (session.isEnded) return;
    const { position } = follower;
    const since = position.offset;
    for (const room of rooms) catchUp.join(session, { room, filter: undefined, since, batch: 0 });
    noteEntered(session, position);
    catchUp.release(session);
    welcome();
  }

  /**
   * Enters a session's rooms again and sends what was missed, in the order of the log and before anything newer. `seen`
   * is the position the client brought back. Every room is authorised again before a single event is sent. `welcome` runs
   * after the past, in the same turn: the position it sends is then true. To be called in the session's turn. Rejects
   * after a pause: its client comes back at once when it is cut, for to the client the connect was a success.
   */
  resume(
    session: Session,
    stored: StoredSession,
    seen: Position | undefined,
    welcome: () => void,
  ): Promise<void> {
    return this.#orPause(() => this.#resume(session, stored, seen, welcome));
  }

  /**
   * Enters a new session's rooms and sends what its client missed in them since `seen`, the position that it brought back:
   * as a resume, where nothing is stored.
   */
  goOn(session: Session, rooms: readonly RoomName[], seen: Position, welcome: () => void): Promise<void> {
    return this.#orPause(async () => {
      await reach(this.#options, [seen]);
      if (session.isEnded) return;
      const request = () => goOnRequest(rooms, provenBy(seen), this.#options.follower.head);
      const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
      await this.#options.catchUp.enter(session, request, reauthorize, welcome);
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
    await this.#tellClosed(session, closed, seen);
    const request = () => resumeRequest(allowed, seen, this.#options.follower.head);
    const reauthorize = (room: RoomName) => this.#mayEnter(session, room);
    await this.#options.catchUp.enter(session, request, reauthorize, welcome);
  }

  /** Takes rooms from a session at once and tells it so, again at each resume until it has heard of it. */
  revoke(session: Session, rooms: readonly RoomName[]): Promise<void> {
    for (const room of rooms) this.#remember(session, room);
    return this.#options.catchUp.close(session, rooms);
  }

  /** Ends a session on this replica; what is stored stays for its resume. */
  end(session: Session): void {
    session.isEnded = true;
    for (const { room } of this.ofSession(session)) this.#options.catchUp.leave(session, room);
    session.connection.close();
  }

  /** Before a room is left. What a held connection is yet to be given does not reach it any more, and does not count. */
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

  /** Tells a session once more of rooms that are closed to it, and forgets those of which it has heard. */
  async #tellClosed(
    session: Session,
    closed: StoredSubscription[],
    seen: Position | undefined,
  ): Promise<void> {
    const { catchUp, follower } = this.#options;
    const { heard, unheard } = splitHeard(closed, seen, follower.head);
    catchUp.tellClosed(session, unheard);
    if (heard.length > 0) await dropSubscriptions(this.#options.store, session, heard);
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
