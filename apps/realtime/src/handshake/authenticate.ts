import { findToken, type TokenVerifier } from "@roomcast/auth";
import {
  formatPosition,
  type Position,
  ProtocolError,
  parsePosition,
  room,
  toProtocolError,
} from "@roomcast/events";
import type { Logger } from "@roomcast/service";
import type { Socket } from "socket.io";
import { Connection, type ConnectionContext } from "../delivery/connection.ts";
import { randomId } from "../engine/random-pool.ts";
import { Session } from "../sessions/session.ts";
import type { SessionConfirmer } from "../sessions/session-confirmer.ts";
import type { SessionContent, SessionStore, StoredSession } from "../sessions/session-store.ts";
import { setSession } from "../sessions/socket-session.ts";
import type { ConnectionGuard } from "./connection-guard.ts";
import type { GiveUpSlot } from "./gate.ts";
import { nextPid, parsePid } from "./pid.ts";

export interface AuthenticateOptions {
  verifier: TokenVerifier;
  store: SessionStore;
  confirmer: Pick<SessionConfirmer, "isResumable" | "take">;
  guard: ConnectionGuard;
  connections: ConnectionContext;
  allowQueryToken: boolean;
  /** This replica's place in the log. */
  position: () => Position;
  /** Counts what was taken back on this replica. */
  revision: () => number;
  /** Takes a slot among the user's connections, which a session that it `replaces` gives up; see `ConnectionSlots`. */
  admit: (session: Session, replaces?: string) => Promise<GiveUpSlot>;
  logger: Logger;
}

/** What the middleware leaves on the socket for the connection handler. */
export interface Handshake {
  session: Session;
  /** What had been taken back, as `RevocationControl` counts it, before the token was verified. */
  revision: number;
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

/** The handshake of a socket that the middleware let through; to be asked once. */
export function takeHandshake(socket: Socket): Handshake {
  const handshake = handshakes.get(socket);
  if (handshake === undefined) throw new Error("the socket has passed no middleware");
  handshakes.delete(socket);
  return handshake;
}

type Next = (error?: Error & { data?: unknown }) => void;

/**
 * The middleware of every namespace: token → principal → session. It never throws and never leaves a client without an
 * answer. A stock client does not try again after a `connect_error`, so for faults that pass, the connection is cut
 * instead: then it comes back by itself.
 */
export function createAuthenticate(options: AuthenticateOptions) {
  return (socket: Socket, next: Next): void => {
    authenticate(socket, options)
      .then(({ giveUpSlot, pid, ...handshake }) => {
        setSession(socket, handshake.session);
        handshakes.set(socket, handshake);
        // Socket.IO sends `pid` with its CONNECT packet and a stock client sends it back; it has no public setter.
        (socket as unknown as { pid: string }).pid = pid;
        next();
        // Socket.IO goes on in the next tick, and if the client has gone meanwhile it drops the socket without a word.
        process.nextTick(() => {
          if (!socket.connected) giveUpSlot();
        });
      })
      .catch((error: unknown) => refuse(socket, toProtocolError(error), next, options.logger))
      .finally(() => options.guard.decided(socket.conn, socket.nsp.name));
  };
}

async function authenticate(
  socket: Socket,
  options: AuthenticateOptions,
): Promise<Handshake & { giveUpSlot: GiveUpSlot; pid: string }> {
  const { auth, headers, query } = socket.handshake;
  const token = findToken({ auth, headers, query }, { allowQuery: options.allowQueryToken });
  const revision = options.revision();
  const principal = await options.verifier.verify(token);
  const connection = new Connection(socket, options.connections);
  // Asked before the store: what is stored may be of a later epoch, never of an earlier one.
  const position = options.position();
  const found = await findSession(auth, principal.userId, options);
  const id = found?.id ?? randomId(16);
  const session = new Session(id, principal, connection, position.epoch, found?.stored);
  // What its client named and is not resumed: the connection that it had is gone.
  const replaced = found === undefined ? parsePid(auth.pid)?.id : undefined;
  const giveUpSlot = await options.admit(session, replaced);
  try {
    if (found === undefined) await options.store.create(id, newSession(session, position));
    else await options.confirmer.take(session);
  } catch (error) {
    giveUpSlot();
    throw error;
  }
  const handshake = { session, revision, pid: found?.pid ?? id, giveUpSlot };
  return found === undefined ? handshake : { ...handshake, resume: found };
}

/** The session a reconnecting client names, if it exists, is the same user's, and complete. */
async function findSession(
  auth: Record<string, unknown>,
  userId: string,
  { store, confirmer }: Pick<AuthenticateOptions, "store" | "confirmer">,
): Promise<(NonNullable<Handshake["resume"]> & { id: string; pid: string }) | undefined> {
  const named = parsePid(auth.pid);
  if (named === undefined) return undefined;
  const seen = parseSeen(auth.offset);
  if (seen === "malformed") return undefined;
  const stored = await store.load(named.id);
  if (stored?.userId !== userId || !confirmer.isResumable(stored)) return undefined;
  const isRecovered = hasSubscribed(stored);
  return { id: named.id, pid: isRecovered ? named.pid : nextPid(named), stored, seen, isRecovered };
}

/** Rooms that were asked for, beside those of every connection. */
function hasSubscribed({ userId, subscriptions }: StoredSession): boolean {
  const automatic: readonly string[] = automaticRooms(userId);
  return subscriptions.some(({ room: name, isClosed }) => isClosed !== true && !automatic.includes(name));
}

function parseSeen(offset: unknown): Position | undefined | "malformed" {
  if (offset === undefined) return undefined;
  try {
    return parsePosition(offset);
  } catch (error) {
    if (error instanceof ProtocolError) return "malformed";
    throw error;
  }
}

function refuse(socket: Socket, error: ProtocolError, next: Next, logger: Logger): void {
  const level = error.code === "internal" ? "error" : "info";
  logger[level]({ code: error.code, err: error.cause ?? error.message }, "handshake refused");
  if (error.status >= 500) {
    socket.conn.close(true);
    return;
  }
  next(Object.assign(new Error(error.message), { data: error.toBody() }));
}

function newSession({ userId, batch }: Session, position: Position): SessionContent {
  const at = formatPosition(position);
  const since = position.offset;
  const subscriptions = automaticRooms(userId).map((name) => ({ room: name, from: at, at, since, batch: 0 }));
  return { userId, batch, subscriptions };
}

/** The rooms every connection of a user is in. */
export function automaticRooms(userId: string) {
  return [room.user(userId), room.global];
}
