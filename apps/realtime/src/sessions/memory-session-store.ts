import type { RoomName } from "@roomcast/events";
import { LRUCache } from "lru-cache";
import type { SessionStore, StoredSession } from "./session-store.ts";

const maxSessions = 100_000;

/** Sessions in the memory of one process. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: LRUCache<string, Readonly<StoredSession>>;

  /** `ttlMs`: how long a session is kept after it was last used. */
  constructor({ ttlMs }: { ttlMs: number }) {
    this.#sessions = new LRUCache({ max: maxSessions, ttl: ttlMs, updateAgeOnGet: true });
  }

  async load(id: string): Promise<StoredSession | undefined> {
    return this.#sessions.get(id);
  }

  async create(id: string, session: StoredSession): Promise<void> {
    this.#sessions.set(id, session);
  }

  async save(id: string, { userId, batch, subscriptions }: StoredSession): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const rooms = new Set(subscriptions.map(({ room }) => room));
    // Concatenated, because an array that was pushed to, or spread, has room for sixteen more.
    const all = stored.subscriptions.filter(({ room }) => !rooms.has(room)).concat(subscriptions);
    this.#sessions.set(id, { userId, batch, subscriptions: all });
  }

  async drop(id: string, room: RoomName): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const subscriptions = stored.subscriptions.filter((one) => one.room !== room);
    this.#sessions.set(id, { ...stored, subscriptions });
  }

  async touch(ids: string[]): Promise<void> {
    for (const id of ids) this.#sessions.get(id);
  }

  async forget(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
