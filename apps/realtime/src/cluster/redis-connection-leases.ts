import type { ConnectionLeases } from "./connection-leases.ts";
import type { RedisStore } from "./redis-store.ts";

/** How long a place outlives the last renewal. */
const leaseMs = 60_000;

const acquireScript = `
-- KEYS[1] sorted set of a user's sessions by the end of their lease
-- ARGV[1] session    ARGV[2] most sessions    ARGV[3] lease in ms
-- Returns 1 if the session has a place now, 0 if none is free
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[3]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`;

/** Leases in Redis: one sorted set for each user. */
export class RedisConnectionLeases implements ConnectionLeases {
  readonly #store: RedisStore;
  readonly #max: number;

  constructor(store: RedisStore, max: number) {
    this.#store = store;
    this.#max = max;
  }

  async acquire(userId: string, sessionId: string): Promise<boolean> {
    return (await this.#acquire(userId, sessionId, this.#max)) === 1;
  }

  async release(userId: string, sessionId: string): Promise<void> {
    await this.#store.run((client) => client.zRem(this.#key(userId), sessionId));
  }

  async renew(sessions: Iterable<{ userId: string; id: string }>): Promise<void> {
    const all = [...sessions];
    // A connected session keeps its place even if the set was lost and others were quicker.
    await Promise.all(all.map(({ userId, id }) => this.#acquire(userId, id, Number.MAX_SAFE_INTEGER)));
  }

  #acquire(userId: string, sessionId: string, max: number): Promise<unknown> {
    const args = [sessionId, String(max), String(leaseMs)];
    return this.#store.run((client) =>
      client.eval(acquireScript, { keys: [this.#key(userId)], arguments: args }),
    );
  }

  #key(userId: string): string {
    return this.#store.key(`connections:${userId}`);
  }
}
