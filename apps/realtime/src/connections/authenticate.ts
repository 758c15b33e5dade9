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
  /** This replica's position in the log. */
  position: () => Position;
  /** Number of revocations that this replica has applied. */
  revision: () => number;
  /**
   * Takes a slot among the user's connections; the session it `replaces` gives its own up; see
   * `ConnectionSlots`.
   */
  acquireSlot: (session: Session, replaces?: string) => Promise<ReleaseSlot>;
  logger: Logger;
}

type Next = (error?: Error & { data?: unknown }) => void;

/**
 * The middleware of every namespace: token → principal → session. It never throws, and every client gets an
 * answer. A stock client does not reconnect after a `connect_error`. For faults that pass the connection is
 * therefore closed instead, so that the client reconnects.
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
        // Socket.IO continues in the next tick, and drops the socket silently if the client has gone by then.
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
  // Read before the store: the stored session may be of a later epoch, never of an earlier one.
  const position = options.position();
  const requested = requestedSession(auth);
  const stored = requested === undefined ? undefined : await options.store.load(requested.id);
  const isOwn = stored === undefined || stored.userId === principal.userId;
  if (
    requested !== undefined &&
    stored !== undefined &&
    isOwn &&
    options.epochValidator.isResumable(stored)
  ) {
    const session = new Session(requested.id, principal, connection, position.epoch, stored);
    const releaseSlot = await acquireSlotToResume(session, options);
    const isRecovered = hasSubscribed(stored);
    const pid = isRecovered ? requested.pid : nextPid(requested);
    return { session, revision, pid, releaseSlot, resume: { stored, seen: requested.seen, isRecovered } };
  }
  const seen = isOwn ? requested?.seen : undefined;
  // Batches continue from the client's last one, so that its position does not seem to prove a batch of this
  // session.
  const batch = seen?.replay?.batch ?? 0;
  const session = new Session(randomId(16), principal, connection, position.epoch, { batch });
  // The session that the client requested is not resumed: its former connection is gone.
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

/**
 * The session that a reconnecting client requests, and the last position that it received; undefined if no
 * server issued them.
 */
function requestedSession(auth: Record<string, unknown>): (Pid & { seen: Position | undefined }) | undefined {
  const requested = parsePid(auth.pid);
  const seen = parseSeen(auth.offset);
  return requested === undefined || seen === "malformed" ? undefined : { ...requested, seen };
}

/** Whether the session follows other rooms than the automatic ones. */
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
  // Faults that pass are not sent as `connect_error`, after which a stock client stays away.
  if (error.retryable || error.status >= 500) {
    socket.conn.close(true);
    return;
  }
  next(Object.assign(new Error(error.message), { data: error.toBody() }));
}

/** The rooms that every connection of a user joins. */
export function automaticRooms(userId: string) {
  return [room.user(userId), room.global];
}
