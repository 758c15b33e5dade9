import { redisKey } from "./redis/redis-keys.ts";
import type { ReplicaRegistry, ReplicaStats } from "./replica-registry.ts";

/** The Redis commands that the registry needs. A node-redis client implements them. */
export interface ReplicaRegistryCommands {
  set(key: string, value: string, options: { expiration: { type: "PX"; value: number } }): Promise<unknown>;
  del(key: string): Promise<unknown>;
  mGet(keys: string[]): Promise<(string | null)[]>;
  sAdd(key: string, member: string): Promise<unknown>;
  sMembers(key: string): Promise<string[]>;
  sRem(key: string, members: string[]): Promise<unknown>;
}

export interface RedisReplicaRegistryOptions {
  /** Returns the current client. Called before each command, because a reconnect may replace it. */
  redis: () => ReplicaRegistryCommands;
  /** How long an announcement is valid. Default 15,000. */
  ttlMs?: number;
  /** Prefix of every key. Default none. */
  keyPrefix?: string;
}

/**
 * The registry of all replicas on one Redis. Redis expires each replica's key by its own clock, so differing
 * clocks do no harm. A set holds the names of the keys, and readers remove the names of dead replicas from
 * it.
 */
export class RedisReplicaRegistry implements ReplicaRegistry {
  readonly #redis: () => ReplicaRegistryCommands;
  readonly #ttlMs: number;
  readonly #index: string;
  #announced: string | undefined;

  constructor({ redis, ttlMs = 15_000, keyPrefix = "" }: RedisReplicaRegistryOptions) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#index = redisKey(keyPrefix, "replicas");
  }

  async announce(stats: ReplicaStats): Promise<void> {
    const { replicaId } = stats;
    const redis = this.#redis();
    this.#announced = replicaId;
    const expiration = { type: "PX" as const, value: this.#ttlMs };
    await Promise.all([
      redis.set(this.#keyOf(replicaId), JSON.stringify(stats), { expiration }),
      redis.sAdd(this.#index, replicaId),
    ]);
  }

  async list(): Promise<ReplicaStats[]> {
    const redis = this.#redis();
    const ids = (await redis.sMembers(this.#index)).sort();
    if (ids.length === 0) return [];
    const texts = await redis.mGet(ids.map((id) => this.#keyOf(id)));
    const dead = ids.filter((_, index) => typeof texts[index] !== "string");
    if (dead.length > 0) await redis.sRem(this.#index, dead);
    return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as ReplicaStats);
  }

  async leave(): Promise<void> {
    if (this.#announced === undefined) return;
    const redis = this.#redis();
    const id = this.#announced;
    this.#announced = undefined;
    await Promise.all([redis.del(this.#keyOf(id)), redis.sRem(this.#index, [id])]);
  }

  #keyOf(replicaId: string): string {
    return `${this.#index}:${replicaId}`;
  }
}
