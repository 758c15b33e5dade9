import type { RoomName } from "@roomcast/events";
import type { RedisClient } from "@roomcast/service";
import type { RedisStore } from "../cluster/redis-store.ts";
import type { SessionStore, StoredSession, StoredSubscription } from "./session-store.ts";

const head = "session";

/** One hash per session: field `session` for its user and batch, one field per room. */
export class RedisSessionStore implements SessionStore {
  readonly #store: RedisStore;
  readonly #ttlMs: number;

  constructor(store: RedisStore, { ttlMs }: { ttlMs: number }) {
    this.#store = store;
    this.#ttlMs = ttlMs;
  }

  async load(id: string): Promise<StoredSession | undefined> {
    const { [head]: session, ...rooms } = await this.#store.run((client) => client.hGetAll(this.#key(id)));
    if (session === undefined) return undefined;
    const subscriptions = Object.values(rooms).map((text) => JSON.parse(text) as StoredSubscription);
    return { ...(JSON.parse(session) as Omit<StoredSession, "subscriptions">), subscriptions };
  }

  async save(
    id: string,
    { userId, batch }: { userId: string; batch: number },
    subscriptions: StoredSubscription[],
  ): Promise<void> {
    const rooms = subscriptions.map((subscription) => [subscription.room, JSON.stringify(subscription)]);
    const fields = Object.fromEntries([[head, JSON.stringify({ userId, batch })], ...rooms]) as Record<
      string,
      string
    >;
    await this.#store.run((client) => this.#write(client, id, (key) => client.hSet(key, fields)));
  }

  async drop(id: string, room: RoomName): Promise<void> {
    await this.#store.run((client) => this.#write(client, id, (key) => client.hDel(key, room)));
  }

  async touch(ids: string[]): Promise<void> {
    await this.#store.run((client) =>
      Promise.all(ids.map((id) => client.pExpire(this.#key(id), this.#ttlMs))),
    );
  }

  /** Both commands leave in one write; a hash without an expiry would stay for ever. */
  #write(client: RedisClient, id: string, change: (key: string) => Promise<unknown>): Promise<unknown> {
    const key = this.#key(id);
    return Promise.all([change(key), client.pExpire(key, this.#ttlMs)]);
  }

  #key(id: string): string {
    return this.#store.key(`session:${id}`);
  }
}
