import type { Socket } from "socket.io";
import type { Session } from "./session.ts";

/** Sockets have room for it; see `CompactSocket`. */
interface Carrier {
  session?: unknown;
}

/**
 * Ties a session to its socket. Not through `socket.data`, which Socket.IO sends to other replicas as JSON
 * (`fetchSockets`): there it leaves only the ids, for extending code.
 */
export function setSession(socket: Socket, session: Session): void {
  (socket as Carrier).session = session;
  socket.data = { userId: session.userId, sessionId: session.id };
}

/** The session of a socket; undefined before its token was accepted, and in namespaces of extending code. */
export function sessionOf(socket: Socket | undefined): Session | undefined {
  return (socket as Carrier | undefined)?.session as Session | undefined;
}
