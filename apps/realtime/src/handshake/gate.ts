import type { LogFollower } from "@roomcast/event-log";
import { formatPosition, ProtocolError } from "@roomcast/events";
import type { Logger } from "@roomcast/service";
import type { Namespace, Socket } from "socket.io";
import type { Cluster } from "../cluster/cluster.ts";
import type { Dispatcher } from "../commands/dispatch.ts";
import type { Connection } from "../delivery/connection.ts";
import type { EventFrames } from "../delivery/event-frames.ts";
import { serverEnvelope } from "../delivery/server-event.ts";
import type { RevocationControl } from "../sessions/revocation-control.ts";
import type { Session } from "../sessions/session.ts";
import type { SessionConfirmer } from "../sessions/session-confirmer.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import { sessionOf } from "../sessions/socket-session.ts";
import type { SubscriptionManager } from "../sessions/subscription-manager.ts";
import { automaticRooms, takeResume } from "./authenticate.ts";

export interface GateOptions {
  sessions: SessionRegistry;
  confirmer: Pick<SessionConfirmer, "entered" | "ended" | "forget">;
  subscriptions: SubscriptionManager;
  dispatcher: Dispatcher;
  cluster: Pick<Cluster, "leases" | "replicaId">;
  follower: Pick<LogFollower, "position">;
  control: RevocationControl;
  frames: EventFrames;
  namespaces: readonly Namespace[];
  logger: Logger;
}

/** Gives back the place of a session that is not going to be entered. */
export type GiveUpPlace = () => void;

/** What tells the other replicas that a session is connected elsewhere now. */
const evictEvent = "roomcast:evict";

/** Takes authenticated sockets in and sees them out. */
export class Gate {
  readonly #options: GateOptions;
  // Shared by all sockets, which find their session by `this`: closures for each would cost memory.
  readonly #onDisconnect: (this: Socket) => void;
  readonly #onPacket: (this: Socket, name: unknown, ...args: unknown[]) => void;

  constructor(options: GateOptions) {
    this.#options = options;
    const left = (socket: Socket) => this.#left(socket);
    this.#onDisconnect = function () {
      left(this);
    };
    this.#onPacket = function (name, ...args) {
      options.dispatcher.dispatch(knownSession(this), name, args);
    };
    for (const namespace of options.namespaces) {
      namespace.on(evictEvent, (sessionId: string) => {
        options.confirmer.forget(sessionId);
        this.#evict(options.sessions.get(sessionId));
      });
    }
  }

  /** Takes a place among the user's connections, or throws `too_many_connections`. */
  async admit(session: Session): Promise<GiveUpPlace> {
    const { userId, id } = session;
    if (await this.#options.cluster.leases.acquire(userId, id)) return () => this.#giveUp(session);
    throw new ProtocolError("too_many_connections", "the user has as many connections as allowed");
  }

  /** Begins or resumes the session of a socket that the middleware has let through. Never throws. */
  enter(socket: Socket): void {
    try {
      this.#enter(socket);
    } catch (error) {
      this.#options.logger.error({ err: error }, "could not take a connection in");
      socket.conn.close(true);
    }
  }

  #enter(socket: Socket): void {
    const session = knownSession(socket);
    const resume = takeResume(socket);
    const { sessions, confirmer, subscriptions, logger } = this.#options;
    socket.on("disconnect", this.#onDisconnect);
    confirmer.entered(session);
    // A half-open connection of the same session may still be there: nothing must be written to both.
    this.#evict(sessions.add(session));
    if (resume !== undefined) this.#evictElsewhere(socket, session.id);
    socket.onAny(this.#onPacket);
    if (!this.#options.control.catchUp(session)) return;
    if (resume === undefined) return this.#begin(session);
    subscriptions
      .resume(session, resume.stored, resume.seen, () => this.#greet(session, true))
      .catch((error: unknown) => {
        // The client still has its position: it comes back by itself and resumes then.
        logger.warn({ err: error, sessionId: session.id }, "resume failed");
        session.connection.cut();
      });
  }

  #left(socket: Socket): void {
    this.#leave(knownSession(socket));
    endIfUnused(socket);
  }

  #begin(session: Session): void {
    this.#options.subscriptions.begin(session, automaticRooms(session.userId));
    this.#greet(session, false);
  }

  #greet(session: Session, recovered: boolean): void {
    const { id: sessionId, userId, connection } = session;
    const rooms = [...session.subscriptions.keys()];
    const data = { sessionId, userId, recovered, rooms };
    const json = JSON.stringify(serverEnvelope("connection.established", `user:${userId}`, data));
    const position = formatPosition(session.positionAt(this.#options.follower.position));
    const namespace = connection.socket.nsp.name;
    connection.writePast(
      ["connection.established", "connection_established"].map((name) =>
        this.#options.frames.single(namespace, name, json, position),
      ),
    );
  }

  #evict(session: Session | undefined): void {
    if (session === undefined) return;
    session.isEvicted = true;
    this.#leave(session);
    session.connection.cut();
  }

  #evictElsewhere(socket: Socket, sessionId: string): void {
    const { nsp } = socket;
    // The in-memory adapter has no one to tell, and says so on the console.
    if ("serverCount" in nsp.adapter && "pubClient" in nsp.adapter) nsp.serverSideEmit(evictEvent, sessionId);
  }

  #leave(session: Session): void {
    if (session.isEnded) return;
    const { sessions, confirmer, subscriptions } = this.#options;
    if (!session.isEvicted) confirmer.ended(session);
    subscriptions.end(session);
    sessions.remove(session);
    if (!session.isEvicted) this.#release(session);
  }

  /** For a session that was never entered; an older connection of it keeps the place. */
  #giveUp(session: Session): void {
    if (session.isEnded || this.#options.sessions.get(session.id) !== undefined) return;
    session.isEnded = true;
    this.#release(session);
  }

  #release({ userId, id }: Session): void {
    const { cluster, logger } = this.#options;
    cluster.leases.release(userId, id).catch((error: unknown) => {
      logger.debug({ err: error, sessionId: id }, "the lease will expire by itself");
    });
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
