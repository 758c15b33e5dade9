import type { RoomName } from "@roomcast/events";
import { LRUCache } from "lru-cache";
import type { SessionContent, SessionStore, StoredSession, Versions } from "./session-store.ts";

type Numbered = SessionContent & Pick<StoredSession, "version">;

const maxSessions = 100_000;

/** Sessions in the memory of one process, which loses none of their changes. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: LRUCache<string, Readonly<Numbered>>;

  /** `ttlMs`: how long a session is kept after it was last used. */
  constructor({ ttlMs }: { ttlMs: number }) {
    this.#sessions = new LRUCache({ max: maxSessions, ttl: ttlMs, updateAgeOnGet: true });
  }

  async load(id: string): Promise<StoredSession | undefined> {
    const session = this.#sessions.get(id);
    return session === undefined ? undefined : { ...session, epoch: undefined, isConfirmed: true };
  }

  async create(id: string, session: SessionContent): Promise<void> {
    this.#sessions.set(id, { ...session, version: 0 });
  }

  async save(
    id: string,
    { userId, batch, subscriptions }: SessionContent,
    { next: version }: Versions,
  ): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const rooms = new Set(subscriptions.map(({ room }) => room));
    // Concatenated, because an array that was pushed to, or spread, has room for sixteen more.
    const all = stored.subscriptions.filter(({ room }) => !rooms.has(room)).concat(subscriptions);
    this.#sessions.set(id, { userId, batch, version, subscriptions: all });
  }

  async confirm(): Promise<void> {}

  async drop(id: string, rooms: readonly RoomName[], { next: version }: Versions): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const dropped = new Set(rooms);
    const subscriptions = stored.subscriptions.filter(({ room }) => !dropped.has(room));
    this.#sessions.set(id, { ...stored, version, subscriptions });
  }

  async touch(ids: string[]): Promise<void> {
    for (const id of ids) this.#sessions.get(id);
  }

  async forget(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
