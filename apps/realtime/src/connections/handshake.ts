import type { Position } from "@roomcast/events";
import type { Socket } from "socket.io";
import type { Session } from "../sessions/session.ts";
import type { StoredSession } from "../sessions/session-store.ts";

/** Gives back the slot of a session that is not going to be entered. */
export type ReleaseSlot = () => void;

/** What the middleware leaves on the socket for the connection handler. */
export interface Handshake {
  session: Session;
  /** What had been taken back, as `RevocationControl` counts it, before the token was verified. */
  revision: number;
  /** The session that the client named, if that is not resumed: an older connection of it is gone. */
  replaces?: string;
  /** The position that the client of a new session brought back. */
  seen?: Position;
  /** Set when the client came back to a session it had. */
  resume?: {
    stored: StoredSession;
    seen: Position | undefined;
    /** Whether the client takes its rooms as followed; not if it never came so far as to subscribe. */
    isRecovered: boolean;
  };
}

/** Between the middleware and the connection handler. */
const handshakes = new WeakMap<Socket, Handshake>();

/** Keeps the handshake of a socket that the middleware lets through. */
export function keepHandshake(socket: Socket, handshake: Handshake): void {
  handshakes.set(socket, handshake);
}

/** The handshake of a socket that the middleware let through; to be asked once. */
export function takeHandshake(socket: Socket): Handshake {
  const handshake = handshakes.get(socket);
  if (handshake === undefined) throw new Error("the socket has passed no middleware");
  handshakes.delete(socket);
  return handshake;
}
