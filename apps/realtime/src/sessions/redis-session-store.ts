import type { RoomName } from "@roomcast/events";
import type { RedisClient } from "@roomcast/service";
import type { RedisStore } from "../cluster/redis-store.ts";
import type { SessionStore, StoredSession, StoredSubscription } from "./session-store.ts";

const head = "session";

const saveScript = `
-- KEYS[1] hash of a session
-- ARGV[1] time to live in ms    ARGV[2+2i] field i    ARGV[3+2i] its value
-- Returns 1, or 0 if there is no such session
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`;

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

  async create(id: string, session: StoredSession): Promise<void> {
    const fields = fieldsOf(session);
    await this.#store.run((client) => this.#write(client, id, (key) => client.hSet(key, fields.flat())));
  }

  async save(id: string, session: StoredSession): Promise<void> {
    const args = [String(this.#ttlMs), ...fieldsOf(session).flat()];
    await this.#store.run((client) => client.eval(saveScript, { keys: [this.#key(id)], arguments: args }));
  }

  async drop(id: string, room: RoomName): Promise<void> {
    await this.#store.run((client) => this.#write(client, id, (key) => client.hDel(key, room)));
  }

  async touch(ids: string[]): Promise<void> {
    await this.#store.run((client) =>
      Promise.all(ids.map((id) => client.pExpire(this.#key(id), this.#ttlMs))),
    );
  }

  async forget(id: string): Promise<void> {
    await this.#store.run((client) => client.del(this.#key(id)));
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

function fieldsOf({ userId, batch, subscriptions }: StoredSession): [field: string, value: string][] {
  return [
    [head, JSON.stringify({ userId, batch })],
    ...subscriptions.map((one): [string, string] => [one.room, JSON.stringify(one)]),
  ];
}
