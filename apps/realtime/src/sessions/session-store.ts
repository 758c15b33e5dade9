import { type Filters, formatPosition, type Position, type RoomName } from "@roomcast/events";
import type { Subscription, Versions } from "./session.ts";

/**
 * A `Subscription` as it is stored. The fields beside it say what the client must have received to resume
 * later than at `from`.
 */
export interface StoredSubscription {
  room: RoomName;
  filters?: Filters;
  /** Position. The entries in (`from`, `at`] were replayed by `batch`, or a reset declared them lost. */
  from: string;
  /** Whether a reset declared them lost; otherwise absent. */
  isReset?: true;
  /**
   * Whether the session may no longer be in the room and was sent a reset at `at`; otherwise absent. The room
   * stays stored until the client proves that it received the reset: by a later position, or by one of
   * `batch` or a later batch.
   */
  isClosed?: true;
  /** Position at which live delivery began. */
  at: string;
  batch: number;
  /** Offset in the epoch of `at`. */
  since: number;
}

/** What outlives a connection, so that any replica can resume the session. */
export interface SessionContent {
  userId: string;
  batch: number;
  subscriptions: StoredSubscription[];
}

/** A session as it was found in the store. */
export interface StoredSession extends SessionContent {
  /** The number of its last change. */
  version: number;
  /** The epoch of the log that the store is in; undefined for a store that loses only everything at once. */
  epoch: string | undefined;
  /** Whether it is known to be complete in this epoch. Otherwise the store may have lost changes of it. */
  isConfirmed: boolean;
}

/** A session and its user. */
export interface SessionOwner {
  id: string;
  userId: string;
}

/** How much a store keeps. */
export interface SessionStoreBounds {
  /** How long a session is kept after it was last used. */
  ttlMs: number;
  /** Sessions of one user. */
  maxPerUser: number;
}

/** The bounds of a server: at least one session for each connection that a user may have. */
export function sessionBounds(limits: {
  sessionTtlMs: number;
  maxSessionsPerUser: number;
  maxConnectionsPerUser: number;
}): SessionStoreBounds {
  const maxPerUser = Math.max(limits.maxSessionsPerUser, limits.maxConnectionsPerUser);
  return { ttlMs: limits.sessionTtlMs, maxPerUser };
}

/**
 * Keeps sessions while they are connected and for a time after. It is written when a subscription changes,
 * not at disconnect, so that a killed replica loses no session. Rejects with `ProtocolError("unavailable")`.
 */
export interface SessionStore {
  load(id: string): Promise<StoredSession | undefined>;
  /**
   * Stores a whole session in place of what is stored of it; it counts as confirmed. Beyond the bound, the
   * user's least recently used sessions are deleted. Rejects if this or a later change is stored already.
   */
  create(id: string, session: SessionContent, version: number): Promise<void>;
  /**
   * Adds or replaces subscriptions of a session. A session that is no longer stored stays deleted. One that
   * lacks known changes is deleted, because it would resume in the wrong rooms. Rejects if a later change is
   * stored already.
   */
  save(id: string, session: SessionContent, versions: Versions): Promise<void>;
  /**
   * Records that a session is complete; rejects if the store is no longer in this epoch. A session that is no
   * longer stored stays deleted.
   */
  confirm(id: string, epoch: string): Promise<void>;
  /** Removes subscriptions, with the same rules as `save`. */
  drop(session: SessionOwner, rooms: readonly RoomName[], versions: Versions): Promise<void>;
  /** Extends the lifetime of sessions and records that they are in use. */
  touch(sessions: readonly SessionOwner[]): Promise<void>;
  /** Deletes a session: its client gets a new one when it comes back. */
  forget(id: string): Promise<void>;
}

/** The stored form of a room that a session may no longer be in; see `isClosed`. */
export function closedRoom(room: RoomName, position: Position, batch: number): StoredSubscription {
  const at = formatPosition(position);
  return { room, from: at, at, batch, since: position.offset, isReset: true, isClosed: true };
}

/** A subscription in its stored form. */
export function toStored(
  { room, filter, batch, since }: Subscription,
  { from, at, isReset }: { from: Position; at: Position; isReset: boolean },
): StoredSubscription {
  const stored = { room, from: formatPosition(from), at: formatPosition(at), batch, since };
  return {
    ...stored,
    ...(isReset ? { isReset } : {}),
    ...(filter === undefined ? {} : { filters: filter.filters }),
  };
}
