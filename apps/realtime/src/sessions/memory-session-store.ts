import type { RoomName } from "@roomcast/events";
import { LRUCache } from "lru-cache";
import type { SessionStore, StoredSession, StoredSubscription } from "./session-store.ts";

const maxSessions = 100_000;

/** Sessions in the memory of one process. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: LRUCache<
    string,
    Omit<StoredSession, "subscriptions"> & { rooms: Map<RoomName, StoredSubscription> }
  >;

  /** `ttlMs`: how long a session is kept after it was last used. */
  constructor({ ttlMs }: { ttlMs: number }) {
    this.#sessions = new LRUCache({ max: maxSessions, ttl: ttlMs, updateAgeOnGet: true });
  }

  async load(id: string): Promise<StoredSession | undefined> {
    const found = this.#sessions.get(id);
    return found && { userId: found.userId, batch: found.batch, subscriptions: [...found.rooms.values()] };
  }

  async create(id: string, session: StoredSession): Promise<void> {
    const { userId, batch } = session;
    this.#sessions.set(id, { userId, batch, rooms: new Map() });
    await this.save(id, session);
  }

  async save(id: string, { userId, batch, subscriptions }: StoredSession): Promise<void> {
    const rooms = this.#sessions.get(id)?.rooms;
    if (rooms === undefined) return;
    for (const subscription of subscriptions) rooms.set(subscription.room, subscription);
    this.#sessions.set(id, { userId, batch, rooms });
  }

  async drop(id: string, room: RoomName): Promise<void> {
    this.#sessions.get(id)?.rooms.delete(room);
  }

  async touch(ids: string[]): Promise<void> {
    for (const id of ids) this.#sessions.get(id);
  }

  async forget(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
