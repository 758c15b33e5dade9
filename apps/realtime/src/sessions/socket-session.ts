import type { Socket } from "socket.io";
import type { Session } from "./session.ts";

/** Sockets have a field for it; see `CompactSocket`. */
interface Carrier {
  session?: unknown;
}

/**
 * Attaches a session to its socket. It does not use `socket.data`, which Socket.IO sends to other replicas as
 * JSON (`fetchSockets`). That gets only the ids, for code that extends the server.
 */
export function setSession(socket: Socket, session: Session): void {
  (socket as Carrier).session = session;
  socket.data = { userId: session.userId, sessionId: session.id };
}

/**
 * The session of a socket; undefined before its token was accepted, and in namespaces of code that extends
 * the server.
 */
export function sessionOf(socket: Socket | undefined): Session | undefined {
  return (socket as Carrier | undefined)?.session as Session | undefined;
}
