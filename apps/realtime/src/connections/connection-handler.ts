import { formatPosition } from "@roomcast/events";
import { type Logger, SampledLog } from "@roomcast/service";
import type { Namespace, Socket } from "socket.io";
import type { Dispatcher } from "../commands/dispatch.ts";
import { logRefusal } from "../commands/log-refusal.ts";
import type { Connection } from "../delivery/connection.ts";
import type { EventFrames } from "../delivery/event-frames.ts";
import type { EmitToReplicas } from "../delivery/fan-out-adapter.ts";
import { serverEnvelope } from "../delivery/server-event.ts";
import type { EpochValidator } from "../sessions/epoch-validator.ts";
import type { Session } from "../sessions/session.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { SlotManager } from "../sessions/slot-manager.ts";
import { sessionOf } from "../sessions/socket-session.ts";
import type { ClientPositions } from "../subscriptions/client-positions.ts";
import type { RevocationControl } from "../subscriptions/revocation-control.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import { automaticRooms } from "./authenticate.ts";
import { type Handshake, type ReleaseSlot, takeHandshake } from "./handshake.ts";

export interface ConnectionHandlerOptions {
  sessions: SessionRegistry;
  epochValidator: Pick<EpochValidator, "entered" | "ended" | "forget">;
  subscriptions: SubscriptionManager;
  dispatcher: Dispatcher;
  slots: Pick<SlotManager, "acquire" | "entered" | "release" | "renew">;
  replicaId: string;
  emitToReplicas: EmitToReplicas;
  positions: Pick<ClientPositions, "current">;
  control: RevocationControl;
  frames: EventFrames;
  namespaces: readonly Namespace[];
  logger: Logger;
}

/** What tells the other replicas that a session is connected elsewhere now, and with which version it was taken. */
const evictEvent = "roomcast:evict";

/** What tells a replica that sessions on it have lost their slots. */
const lostSlotsEvent = "roomcast:lost-slots";

/** Takes authenticated sockets in and sees them out. */
export class ConnectionHandler {
  readonly #options: ConnectionHandlerOptions;
  readonly #log: SampledLog;
  // Shared by all sockets, which find their session by `this`: closures for each would cost memory.
  readonly #onDisconnect: (this: Socket) => void;
  readonly #onPacket: (this: Socket, name: unknown, ...args: unknown[]) => void;

  constructor(options: ConnectionHandlerOptions) {
    this.#options = options;
    this.#log = new SampledLog(options.logger);
    const left = (socket: Socket) => this.#left(socket);
    this.#onDisconnect = function () {
      left(this);
    };
    this.#onPacket = function (name, ...args) {
      options.dispatcher.dispatch(knownSession(this), name, args);
    };
    for (const namespace of options.namespaces) {
      // A former version of a replica names no version; with a user's name the session is replaced, and not gone on with.
      namespace.on(evictEvent, (sessionId: string, version = Number.POSITIVE_INFINITY, userId?: string) => {
        if (userId !== undefined) return this.#evict(sessionId, userId);
        options.epochValidator.forget(sessionId, version);
        const session = options.sessions.get(sessionId);
        // It may have come back here before this word did.
        if (session !== undefined && session.storedVersion < version) this.#end(session);
      });
      namespace.on(lostSlotsEvent, (replicaId: string) => {
        if (replicaId === options.replicaId) options.slots.renew();
      });
    }
  }

  /** Takes a slot among the user's connections; see `ConnectionSlots.acquire`. */
  async acquireSlot(session: Session, replaces?: string): Promise<ReleaseSlot> {
    const { slots, replicaId: own, emitToReplicas } = this.#options;
    const losers = await slots.acquire(session, replaces);
    for (const replicaId of new Set(losers)) {
      if (replicaId === own) slots.renew();
      else emitToReplicas(session.connection.socket.nsp, lostSlotsEvent, replicaId);
    }
    return () => this.#giveUp(session);
  }

  /** Begins or resumes the session of a socket that the middleware has let through. Never throws. */
  enter(socket: Socket): void {
    try {
      this.#enter(socket);
    } catch (error) {
      logRefusal(this.#log, "warn", error, "could not take a connection in");
      socket.conn.close(true);
    }
  }

  #enter(socket: Socket): void {
    const handshake = takeHandshake(socket);
    const { session, resume, replaces } = handshake;
    const { sessions, slots, epochValidator, subscriptions, emitToReplicas } = this.#options;
    socket.on("disconnect", this.#onDisconnect);
    epochValidator.entered(session);
    // A half-open connection of the same session may still be there: nothing must be written to both.
    this.#end(sessions.add(session));
    slots.entered(session);
    subscriptions.bufferUntilEntered(session);
    if (resume !== undefined) emitToReplicas(socket.nsp, evictEvent, session.id, session.storedVersion);
    if (replaces !== undefined) {
      this.#evict(replaces, session.userId);
      emitToReplicas(socket.nsp, evictEvent, replaces, Number.MAX_SAFE_INTEGER, session.userId);
    }
    socket.onAny(this.#onPacket);
    session
      .inTurn(() => this.#takeIn(handshake))
      .catch((error: unknown) => {
        // The client still has its position: it comes back by itself and resumes then.
        logRefusal(this.#log, "warn", error, "a session could not be entered", { sessionId: session.id });
        session.connection.cut();
      });
  }

  async #takeIn({ session, revision, resume, seen }: Handshake): Promise<void> {
    const { control, subscriptions } = this.#options;
    if (!control.catchUp(session, revision)) await control.check(session);
    if (session.isEnded) return;
    const welcome = () => this.#welcome(session, resume?.isRecovered ?? false);
    const rooms = automaticRooms(session.userId);
    if (resume !== undefined) await subscriptions.resume(session, resume.stored, resume.seen, welcome);
    else if (seen !== undefined) await subscriptions.goOn(session, rooms, seen, welcome);
    else await subscriptions.begin(session, rooms, welcome);
  }

  #left(socket: Socket): void {
    this.#leave(knownSession(socket));
    endIfUnused(socket);
  }

  #welcome(session: Session, recovered: boolean): void {
    const { id: sessionId, userId, connection } = session;
    const at = this.#options.positions.current(session);
    if (at === undefined) return;
    const rooms = [...session.subscriptions.keys()];
    const data = { sessionId, userId, recovered, rooms };
    const json = JSON.stringify(serverEnvelope("connection.established", `user:${userId}`, data));
    const position = formatPosition(at);
    const namespace = connection.socket.nsp.name;
    connection.writeBackfill(
      ["connection.established", "connection_established"].map((name) =>
        this.#options.frames.single(namespace, name, json, position),
      ),
    );
  }

  /** Ends an older connection of a session, if it is the user's who named it. */
  #evict(sessionId: string, userId: string): void {
    const session = this.#options.sessions.get(sessionId);
    if (session?.userId === userId) this.#end(session);
  }

  #end(session: Session | undefined): void {
    if (session === undefined) return;
    session.isEvicted = true;
    this.#leave(session);
    session.connection.cut();
  }

  #leave(session: Session): void {
    if (session.isEnded) return;
    const { sessions, epochValidator, subscriptions } = this.#options;
    if (!session.isEvicted) epochValidator.ended(session);
    subscriptions.end(session);
    sessions.remove(session);
    if (!session.isEvicted) this.#options.slots.release(session);
  }

  /** For a session that was never entered; an older connection of it keeps the slot. */
  #giveUp(session: Session): void {
    const { sessions, slots } = this.#options;
    if (session.isEnded) return;
    slots.entered(session);
    if (sessions.get(session.id) !== undefined) return;
    session.isEnded = true;
    slots.release(session);
  }
}

/**
 * Ends a connection that is in no namespace any more. Socket.IO does so only before it is in the first one, and a
 * connection in none takes no place among its user's.
 */
function endIfUnused({ client, conn, nsp }: Socket): void {
  if (conn.readyState !== "open") return;
  const { nsps } = client as unknown as { nsps: ReadonlyMap<string, Socket> };
  const end = () => {
    if (nsps.size === 0) conn.close();
  };
  // The client may be about to enter another.
  setTimeout(end, nsp.server.connectTimeout()).unref();
}

/** The connection record of a socket id, for the adapter. */
export function connectionOf(namespace: Namespace, socketId: string): Connection | undefined {
  return sessionOf(namespace.sockets.get(socketId))?.connection;
}

function knownSession(socket: Socket): Session {
  const session = sessionOf(socket);
  if (session === undefined) throw new Error("the socket has passed no middleware");
  return session;
}
