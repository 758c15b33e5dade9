import { type Filters, formatPosition, type Position, type RoomName } from "@roomcast/events";
import type { Subscription } from "./session.ts";

/** A `Subscription` as it is stored, with what the client must have received to resume it elsewhere than at `from`. */
export interface StoredSubscription {
  room: RoomName;
  filters?: Filters;
  /** Position: everything in (`from`, `at`] was replayed by batch `batch`. */
  from: string;
  /** Position at which live delivery began. */
  at: string;
  batch: number;
  /** Offset in the epoch of `at`. */
  since: number;
}

/** What outlives a connection, so that any replica can resume it. */
export interface StoredSession {
  userId: string;
  batch: number;
  subscriptions: StoredSubscription[];
}

/**
 * Keeps sessions while they are connected and for a time after. Written when a subscription changes, not at disconnect,
 * so that a killed replica loses none. Rejects with `ProtocolError("unavailable")`.
 */
export interface SessionStore {
  load(id: string): Promise<StoredSession | undefined>;
  /** Stores a new session. */
  create(id: string, session: StoredSession): Promise<void>;
  /**
   * Adds or replaces subscriptions of a session. One that is no longer stored stays so: stored with these alone, it could
   * be resumed without its other rooms.
   */
  save(id: string, session: StoredSession): Promise<void>;
  /** Forgets one subscription. */
  drop(id: string, room: RoomName): Promise<void>;
  /** Keeps sessions for another time to live. */
  touch(ids: string[]): Promise<void>;
  /** Forgets a session for good: its client begins a fresh one when it comes back. */
  forget(id: string): Promise<void>;
}

/** A subscription as it is stored. */
export function toStored(
  { room, filter, batch, since }: Subscription,
  from: Position,
  at: Position,
): StoredSubscription {
  const stored = { room, from: formatPosition(from), at: formatPosition(at), batch, since };
  return filter === undefined ? stored : { ...stored, filters: filter.filters };
}
