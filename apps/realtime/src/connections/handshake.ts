import type { Position } from "@roomcast/events";
import type { Socket } from "socket.io";
import type { Session } from "../sessions/session.ts";
import type { StoredSession } from "../sessions/session-store.ts";

/** Releases the slot of a session that will not be entered. */
export type ReleaseSlot = () => void;

/** What the middleware passes to the connection handler. */
export interface Handshake {
  session: Session;
  /** The `RevocationControl.revision` before the token was verified. */
  revision: number;
  /** The session that the client requested, if it is not resumed: its older connection is gone. */
  replaces?: string;
  /** The position that the client of a new session brought back. */
  seen?: Position;
  /** Set when the client resumes a session. */
  resume?: {
    stored: StoredSession;
    seen: Position | undefined;
    /** The client's `socket.recovered`: whether its subscriptions are restored. False if it had none. */
    isRecovered: boolean;
  };
}

/** Handshakes on their way from the middleware to the connection handler. */
const handshakes = new WeakMap<Socket, Handshake>();

/** Keeps the handshake of an authenticated socket. */
export function keepHandshake(socket: Socket, handshake: Handshake): void {
  handshakes.set(socket, handshake);
}

/** Removes and returns the handshake of an authenticated socket. */
export function takeHandshake(socket: Socket): Handshake {
  const handshake = handshakes.get(socket);
  if (handshake === undefined) throw new Error("the socket has passed no middleware");
  handshakes.delete(socket);
  return handshake;
}
