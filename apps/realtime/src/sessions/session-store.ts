import { type Filters, formatPosition, type RoomName } from "@roomcast/events";
import type { Subscription } from "./session.ts";

/** A `Subscription` as it is stored, its position as text. */
export interface StoredSubscription {
  room: RoomName;
  filters?: Filters;
  from: string;
  at: number;
  batch: number;
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
  /** Adds or replaces subscriptions, and the session itself if it is new. */
  save(
    id: string,
    session: { userId: string; batch: number },
    subscriptions: StoredSubscription[],
  ): Promise<void>;
  /** Forgets one subscription. */
  drop(id: string, room: RoomName): Promise<void>;
  /** Keeps sessions for another time to live. */
  touch(ids: string[]): Promise<void>;
}

/** A subscription as it is stored. */
export function toStored({ room, filter, from, at, batch, since }: Subscription): StoredSubscription {
  const stored = { room, from: formatPosition(from), at, batch, since };
  return filter === undefined ? stored : { ...stored, filters: filter.filters };
}
