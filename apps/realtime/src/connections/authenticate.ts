import { findToken, type TokenVerifier } from "@roomcast/auth";
import { type Position, ProtocolError, parsePosition, room, toProtocolError } from "@roomcast/events";
import { type Logger, SampledLog } from "@roomcast/service";
import type { Socket } from "socket.io";
import { logRefusal } from "../commands/log-refusal.ts";
import { Connection, type ConnectionContext } from "../delivery/connection.ts";
import type { EpochValidator } from "../sessions/epoch-validator.ts";
import { Session } from "../sessions/session.ts";
import type { SessionStore, StoredSession } from "../sessions/session-store.ts";
import { setSession } from "../sessions/socket-session.ts";
import { randomId } from "../socketio/random-pool.ts";
import { type Handshake, keepHandshake, type ReleaseSlot } from "./handshake.ts";
import type { HandshakeLimits } from "./handshake-limits.ts";
import type { PacketLimiter } from "./packet-limiter.ts";
import { nextPid, type Pid, parsePid } from "./pid.ts";

export interface AuthenticateOptions {
  verifier: TokenVerifier;
  store: SessionStore;
  epochValidator: Pick<EpochValidator, "isResumable" | "take">;
  packetLimiter: PacketLimiter;
  limits: Pick<HandshakeLimits, "mayCheck" | "mayEnter" | "refused">;
  connections: ConnectionContext;
  allowQueryToken: boolean;
  /** This replica's place in the log. */
  position: () => Position;
  /** Counts what was taken back on this replica. */
  revision: () => number;
  /** Takes a slot among the user's connections, which a session that it `replaces` gives up; see `ConnectionSlots`. */
  acquireSlot: (session: Session, replaces?: string) => Promise<ReleaseSlot>;
  logger: Logger;
}

type Next = (error?: Error & { data?: unknown }) => void;

/**
 * The middleware of every namespace: token → principal → session. It never throws and never leaves a client without an
 * answer. A stock client does not try again after a `connect_error`, so for faults that pass, the connection is cut
 * instead: then it comes back by itself.
 */
export function createAuthenticate(options: AuthenticateOptions) {
  const log = new SampledLog(options.logger);
  return (socket: Socket, next: Next): void => {
    authenticate(socket, options)
      .then(({ releaseSlot, pid, ...handshake }) => {
        setSession(socket, handshake.session);
        keepHandshake(socket, handshake);
        // Socket.IO sends `pid` with its CONNECT packet and a stock client sends it back; it has no public setter.
        (socket as unknown as { pid: string }).pid = pid;
        next();
        // Socket.IO goes on in the next tick, and if the client has gone meanwhile it drops the socket without a word.
        process.nextTick(() => {
          if (!socket.connected) releaseSlot();
        });
      })
      .catch((error: unknown) => refuse(socket, toProtocolError(error), next, options.limits, log))
      .finally(() => options.packetLimiter.decided(socket.conn, socket.nsp.name));
  };
}

async function authenticate(
  socket: Socket,
  options: AuthenticateOptions,
): Promise<Handshake & { releaseSlot: ReleaseSlot; pid: string }> {
  const { auth, headers, query } = socket.handshake;
  const token = findToken({ auth, headers, query }, { allowQuery: options.allowQueryToken });
  const revision = options.revision();
  if (!options.limits.mayCheck(socket.request))
    throw new ProtocolError("rate_limited", "too many refused tokens");
  const principal = await options.verifier.verify(token);
  if (!options.limits.mayEnter(principal.userId))
    throw new ProtocolError("rate_limited", "too many handshakes of this user");
  const connection = new Connection(socket, options.connections);
  // Asked before the store: what is stored may be of a later epoch, never of an earlier one.
  const position = options.position();
  const named = namedBy(auth);
  const stored = named === undefined ? undefined : await options.store.load(named.id);
  const isTheirs = stored === undefined || stored.userId === principal.userId;
  if (named !== undefined && stored !== undefined && isTheirs && options.epochValidator.isResumable(stored)) {
    const session = new Session(named.id, principal, connection, position.epoch, stored);
    const releaseSlot = await acquireSlotToResume(session, options);
    const isRecovered = hasSubscribed(stored);
    const pid = isRecovered ? named.pid : nextPid(named);
    return { session, revision, pid, releaseSlot, resume: { stored, seen: named.seen, isRecovered } };
  }
  const seen = isTheirs ? named?.seen : undefined;
  // Batches go on, so that the position says of none that it is this session's.
  const batch = seen?.replay?.batch ?? 0;
  const session = new Session(randomId(16), principal, connection, position.epoch, { batch });
  // What its client named is not resumed: the connection that it had is gone.
  const replaces = parsePid(auth.pid)?.id;
  const releaseSlot = await options.acquireSlot(session, replaces);
  return {
    session,
    revision,
    pid: session.id,
    releaseSlot,
    ...(seen === undefined ? {} : { seen }),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

async function acquireSlotToResume(
  session: Session,
  { acquireSlot, epochValidator }: Pick<AuthenticateOptions, "acquireSlot" | "epochValidator">,
): Promise<ReleaseSlot> {
  const releaseSlot = await acquireSlot(session);
  try {
    await epochValidator.take(session);
    return releaseSlot;
  } catch (error) {
    releaseSlot();
    throw error;
  }
}

/** The session that a reconnecting client names, and the last position that it received; undefined if no server gave it them. */
function namedBy(auth: Record<string, unknown>): (Pid & { seen: Position | undefined }) | undefined {
  const named = parsePid(auth.pid);
  const seen = parseSeen(auth.offset);
  return named === undefined || seen === "malformed" ? undefined : { ...named, seen };
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

function refuse(
  socket: Socket,
  error: ProtocolError,
  next: Next,
  limits: AuthenticateOptions["limits"],
  log: SampledLog,
): void {
  logRefusal(log, "info", error, "handshake refused");
  if (error.status === 401) limits.refused(socket.request);
  // What passes is no `connect_error`, after which a stock client stays away.
  if (error.retryable || error.status >= 500) {
    socket.conn.close(true);
    return;
  }
  next(Object.assign(new Error(error.message), { data: error.toBody() }));
}

/** The rooms every connection of a user is in. */
export function automaticRooms(userId: string) {
  return [room.user(userId), room.global];
}
