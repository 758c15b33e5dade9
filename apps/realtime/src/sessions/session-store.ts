import { type Filters, formatPosition, type Position, type RoomName } from "@roomcast/events";
import type { Subscription, Versions } from "./session.ts";

/** A `Subscription` as it is stored, with what the client must have received to resume it elsewhere than at `from`. */
export interface StoredSubscription {
  room: RoomName;
  filters?: Filters;
  /** Position: what lies in (`from`, `at`] was replayed by batch `batch`, or declared lost. */
  from: string;
  /** Whether it was declared lost; else absent. */
  isReset?: true;
  /**
   * Whether the session may no longer be in the room, and was told so at `at`; else absent. It is kept until the client
   * proves to have heard of it: by a later position, or one of batch `batch`.
   */
  isClosed?: true;
  /** Position at which live delivery began. */
  at: string;
  batch: number;
  /** Offset in the epoch of `at`. */
  since: number;
}

/** What outlives a connection, so that any replica can resume it. */
export interface SessionContent {
  userId: string;
  batch: number;
  subscriptions: StoredSubscription[];
}

/** A session as it was found in the store. */
export interface StoredSession extends SessionContent {
  /** The number of its last change. */
  version: number;
  /** The epoch of the log that the store is in; undefined for a store that loses nothing but all at once. */
  epoch: string | undefined;
  /** Whether it is known to be complete in this epoch; else the store may have lost changes of it. */
  isConfirmed: boolean;
}

/** A session and whose it is. */
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

/** Those of a server: every connection that a user may have can be resumed. */
export function sessionBounds(limits: {
  sessionTtlMs: number;
  maxSessionsPerUser: number;
  maxConnectionsPerUser: number;
}): SessionStoreBounds {
  const maxPerUser = Math.max(limits.maxSessionsPerUser, limits.maxConnectionsPerUser);
  return { ttlMs: limits.sessionTtlMs, maxPerUser };
}

/**
 * Keeps sessions while they are connected and for a time after. Written when a subscription changes, not at disconnect,
 * so that a killed replica loses none. Rejects with `ProtocolError("unavailable")`.
 */
export interface SessionStore {
  load(id: string): Promise<StoredSession | undefined>;
  /**
   * Stores a session whole, in the place of what may be stored of it; it is confirmed. Of a user's sessions beyond the
   * bound, those that were used longest ago are forgotten. Rejects if this or a later change is stored already.
   */
  create(id: string, session: SessionContent, version: number): Promise<void>;
  /**
   * Adds or replaces subscriptions of a session. One that is no longer stored stays so, and one that lacks known changes is
   * forgotten: it would be resumed in the wrong rooms. Rejects if a later change is stored already.
   */
  save(id: string, session: SessionContent, versions: Versions): Promise<void>;
  /** Notes that a session is complete; rejects if the store is no longer in this epoch. One that is no longer stored stays so. */
  confirm(id: string, epoch: string): Promise<void>;
  /** Forgets subscriptions, in the same way. */
  drop(session: SessionOwner, rooms: readonly RoomName[], versions: Versions): Promise<void>;
  /** Keeps sessions for another time to live, and notes that they are in use. */
  touch(sessions: readonly SessionOwner[]): Promise<void>;
  /** Forgets a session for good: its client begins a fresh one when it comes back. */
  forget(id: string): Promise<void>;
}

/** What is stored of a room that a session may no longer be in; see `isClosed`. */
export function closedRoom(room: RoomName, position: Position, batch: number): StoredSubscription {
  const at = formatPosition(position);
  return { room, from: at, at, batch, since: position.offset, isReset: true, isClosed: true };
}

/** A subscription as it is stored. */
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
