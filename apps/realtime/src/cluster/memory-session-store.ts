import type { RoomName } from "@roomcast/events";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import type { Versions } from "../sessions/session.ts";
import type {
  SessionContent,
  SessionOwner,
  SessionStore,
  SessionStoreBounds,
  StoredSession,
} from "../sessions/session-store.ts";

type Numbered = Readonly<SessionContent & Pick<StoredSession, "version">>;

const maxSessions = 100_000;

/** Sessions in the memory of one process, which loses none of their changes. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: LRUCache<string, Numbered>;
  /** The ids of each user's sessions, the most recently used last. */
  readonly #byUser = new Map<string, Set<string>>();
  readonly #maxPerUser: number;

  constructor({ ttlMs, maxPerUser }: SessionStoreBounds) {
    this.#maxPerUser = maxPerUser;
    this.#sessions = new LRUCache({
      ...lruBound(maxSessions),
      ttl: ttlMs,
      updateAgeOnGet: true,
      dispose: ({ userId }, id, reason) => {
        if (reason !== "set") this.#forgetUse(userId, id);
      },
    });
  }

  async load(id: string): Promise<StoredSession | undefined> {
    const session = this.#sessions.get(id);
    return session === undefined ? undefined : { ...session, epoch: undefined, isConfirmed: true };
  }

  async create(id: string, session: SessionContent, version: number): Promise<void> {
    this.#put(id, { ...session, version });
  }

  async save(
    id: string,
    { userId, batch, subscriptions }: SessionContent,
    { next: version }: Versions,
  ): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const rooms = new Set(subscriptions.map(({ room }) => room));
    // `concat`, because an array that was pushed to or spread reserves space for sixteen more elements.
    const all = stored.subscriptions.filter(({ room }) => !rooms.has(room)).concat(subscriptions);
    this.#put(id, { userId, batch, version, subscriptions: all });
  }

  async confirm(): Promise<void> {}

  async drop({ id }: SessionOwner, rooms: readonly RoomName[], { next: version }: Versions): Promise<void> {
    const stored = this.#sessions.get(id);
    if (stored === undefined) return;
    const dropped = new Set(rooms);
    const subscriptions = stored.subscriptions.filter(({ room }) => !dropped.has(room));
    this.#put(id, { ...stored, version, subscriptions });
  }

  async touch(sessions: readonly SessionOwner[]): Promise<void> {
    for (const { id, userId } of sessions) {
      if (this.#sessions.get(id) !== undefined) this.#noteUse(userId, id);
    }
  }

  async forget(id: string): Promise<void> {
    this.#sessions.delete(id);
  }

  #put(id: string, session: Numbered): void {
    this.#sessions.set(id, session);
    this.#noteUse(session.userId, id);
  }

  #noteUse(userId: string, id: string): void {
    const ids = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ids);
    ids.delete(id);
    ids.add(id);
    for (const oldest of [...ids].slice(0, -this.#maxPerUser)) this.#sessions.delete(oldest);
  }

  #forgetUse(userId: string, id: string): void {
    const ids = this.#byUser.get(userId);
    ids?.delete(id);
    if (ids?.size === 0) this.#byUser.delete(userId);
  }
}
