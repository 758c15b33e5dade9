import { formatPosition } from "@roomcast/events";
import { type Logger, SampledLog } from "@roomcast/service";
import type { Namespace, Socket } from "socket.io";
import type { Dispatcher } from "../commands/dispatch.ts";
import { logRefusal } from "../commands/log-refusal.ts";
import type { Connection } from "../delivery/connection.ts";
import type { EventEncoder } from "../delivery/event-encoder.ts";
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
  encoder: EventEncoder;
  namespaces: readonly Namespace[];
  logger: Logger;
}

/**
 * Tells the other replicas that a session is connected elsewhere now, and with which version it was taken.
 */
const evictEvent = "roomcast:evict";

/** Tells a replica that sessions on it have lost their slots. */
const lostSlotsEvent = "roomcast:lost-slots";

/** Starts the sessions of authenticated sockets, and ends them when they disconnect. */
export class ConnectionHandler {
  readonly #options: ConnectionHandlerOptions;
  readonly #log: SampledLog;
  // Shared by all sockets, which find their session by `this`: a closure for each socket would cost memory.
  readonly #onDisconnect: (this: Socket) => void;
  readonly #onPacket: (this: Socket, name: unknown, ...args: unknown[]) => void;

  constructor(options: ConnectionHandlerOptions) {
    this.#options = options;
    this.#log = new SampledLog(options.logger);
    const disconnected = (socket: Socket) => this.#disconnected(socket);
    this.#onDisconnect = function () {
      disconnected(this);
    };
    this.#onPacket = function (name, ...args) {
      options.dispatcher.dispatch(knownSession(this), name, args);
    };
    for (const namespace of options.namespaces) {
      // Older versions of a replica send no version. With a user id, the session is replaced and not resumed.
      namespace.on(evictEvent, (sessionId: string, version = Number.POSITIVE_INFINITY, userId?: string) => {
        if (userId !== undefined) return this.#evict(sessionId, userId);
        options.epochValidator.forget(sessionId, version);
        const session = options.sessions.get(sessionId);
        // The session may have come back here before this message arrived.
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
    return () => this.#releaseSlot(session);
  }

  /** Begins or resumes the session of an authenticated socket. Never throws. */
  accept(socket: Socket): void {
    try {
      this.#accept(socket);
    } catch (error) {
      logRefusal(this.#log, "warn", error, "could not start a session, closing its connection");
      socket.conn.close(true);
    }
  }

  #accept(socket: Socket): void {
    const handshake = takeHandshake(socket);
    const { session, resume, replaces } = handshake;
    const { sessions, slots, epochValidator, subscriptions, emitToReplicas } = this.#options;
    socket.on("disconnect", this.#onDisconnect);
    epochValidator.entered(session);
    // An older half-open connection of the same session may still exist: nothing must be written to both.
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
      .inTurn(() => this.#beginSession(handshake))
      .catch((error: unknown) => {
        // The client keeps its position: it reconnects and resumes then.
        logRefusal(this.#log, "warn", error, "could not begin or resume a session, closing its connection", {
          sessionId: session.id,
        });
        session.connection.terminate();
      });
  }

  async #beginSession({ session, revision, resume, seen }: Handshake): Promise<void> {
    const { control, subscriptions } = this.#options;
    if (!control.applySince(session, revision)) await control.check(session);
    if (session.isEnded) return;
    const welcome = () => this.#welcome(session, resume?.isRecovered ?? false);
    const rooms = automaticRooms(session.userId);
    if (resume !== undefined) await subscriptions.resume(session, resume.stored, resume.seen, welcome);
    else if (seen !== undefined) await subscriptions.rejoin(session, rooms, seen, welcome);
    else await subscriptions.begin(session, rooms, welcome);
  }

  #disconnected(socket: Socket): void {
    this.#leave(knownSession(socket));
    closeIfUnused(socket);
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
        this.#options.encoder.single(namespace, name, json, position),
      ),
    );
  }

  /** Ends an older connection of a session, if it belongs to the user who named it. */
  #evict(sessionId: string, userId: string): void {
    const session = this.#options.sessions.get(sessionId);
    if (session?.userId === userId) this.#end(session);
  }

  #end(session: Session | undefined): void {
    if (session === undefined) return;
    session.isEvicted = true;
    this.#leave(session);
    session.connection.terminate();
  }

  #leave(session: Session): void {
    if (session.isEnded) return;
    const { sessions, epochValidator, subscriptions } = this.#options;
    if (!session.isEvicted) epochValidator.ended(session);
    subscriptions.end(session);
    sessions.remove(session);
    if (!session.isEvicted) this.#options.slots.release(session);
  }

  /** For a session that was never entered. An older connection of the same session keeps the slot. */
  #releaseSlot(session: Session): void {
    const { sessions, slots } = this.#options;
    if (session.isEnded) return;
    slots.entered(session);
    if (sessions.get(session.id) !== undefined) return;
    session.isEnded = true;
    slots.release(session);
  }
}

/**
 * Closes a connection that is in no namespace any more. Socket.IO does so only before a connection enters its
 * first namespace. Without a namespace a connection has no slot among its user's connections.
 */
function closeIfUnused({ client, conn, nsp }: Socket): void {
  if (conn.readyState !== "open") return;
  const { nsps } = client as unknown as { nsps: ReadonlyMap<string, Socket> };
  const end = () => {
    if (nsps.size === 0) conn.close();
  };
  // The client may be about to enter another namespace.
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
