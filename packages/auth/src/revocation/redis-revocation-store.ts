import { ProtocolError, type RoomName } from "@roomcast/events";
import {
  awaitReplica,
  defaultKeyPrefix,
  type RedisClient,
  type RedisConnection,
  type Replication,
  redisKey,
  within,
} from "@roomcast/service";
import type { Revocation, UserRevocations } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** The connection for writing revocations. Each write waits for a Redis replica and blocks it. */
export type RevocationWrites = Pick<RedisConnection, "client" | "expectsReplica">;

export interface RedisRevocationStoreOptions {
  /**
   * Returns the current client. Called before each command, because a reconnect may replace it. May throw.
   */
  redis: () => RedisClient;
  /**
   * The connection for writes, best a separate one.
   * Default: `redis`, which expects no replica that is not online.
   */
  writes?: RevocationWrites;
  /** At least as long as the longest token lives. */
  ttlMs: number;
  /** Prefix of every key. Default `roomcast:`. */
  keyPrefix?: string;
  /** How long one call may take. Default 2,000. */
  timeoutMs?: number;
}

const everything = "*";

const addScript = `
-- KEYS[1] hash of a user's revocations
-- ARGV[1] field    ARGV[2] time in ms    ARGV[3] time to live in ms
-- One caller's clock may be behind another's, and a revocation must never move to an earlier time
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** Stores one hash for each user, with the fields `*`, `token:<jti>` and `room:<name>` and their times. */
export class RedisRevocationStore implements RevocationStore {
  readonly #options: Required<RedisRevocationStoreOptions>;

  constructor(options: RedisRevocationStoreOptions) {
    const writes = writesOver(options.redis);
    this.#options = { keyPrefix: defaultKeyPrefix, timeoutMs: 2_000, writes, ...options };
  }

  async add(revocation: Revocation): Promise<void> {
    const { writes, timeoutMs } = this.#options;
    const client = connected(writes);
    const replication = await within(timeoutMs, this.#write(client, revocation)).catch((cause: Error) => {
      throw new ProtocolError("timeout", "whether the revocation was stored is unknown: repeat it", {
        cause,
      });
    });
    if (replication === "late") {
      const message = "the revocation is stored, but no replica of Redis confirmed it in time: repeat it";
      throw new ProtocolError("not_replicated", message);
    }
  }

  async of(userId: string): Promise<UserRevocations> {
    return parseFields(await this.#read((redis) => redis.hGetAll(this.#key(userId))));
  }

  async ofMany(userIds: readonly string[]): Promise<Map<string, UserRevocations>> {
    const hashes = await this.#read((redis) =>
      Promise.all(userIds.map((userId) => redis.hGetAll(this.#key(userId)))),
    );
    const found = hashes.map((hash, index) => [userIds[index] as string, hash] as const);
    return new Map(
      found
        .filter(([, hash]) => Object.keys(hash).length > 0)
        .map(([userId, hash]) => [userId, parseFields(hash)]),
    );
  }

  #key(userId: string): string {
    return redisKey(this.#options.keyPrefix, `revoked:${userId}`);
  }

  async #write(client: RedisClient, { userId, tokenId, room, atMs }: Revocation): Promise<Replication> {
    const field =
      tokenId !== undefined ? `token:${tokenId}` : room !== undefined ? `room:${room}` : everything;
    const args = [field, String(atMs), String(this.#options.ttlMs)];
    await client.eval(addScript, { keys: [this.#key(userId)], arguments: args });
    const { writes, timeoutMs } = this.#options;
    return awaitReplica({ client, expectsReplica: writes.expectsReplica }, timeoutMs / 2);
  }

  async #read<T>(commands: (client: RedisClient) => Promise<T>): Promise<T> {
    const { redis, timeoutMs } = this.#options;
    try {
      return await within(timeoutMs, commands(redis()));
    } catch (cause) {
      throw new ProtocolError("unavailable", "revocations cannot be read now", { cause });
    }
  }
}

function writesOver(redis: () => RedisClient): RevocationWrites {
  return {
    get client() {
      return redis();
    },
    expectsReplica: false,
  };
}

/** Gets the client before anything is sent. Without a client, nothing can have been written. */
function connected(writes: RevocationWrites): RedisClient {
  try {
    return writes.client;
  } catch (cause) {
    throw new ProtocolError("unavailable", "nothing was written: Redis is not connected", { cause });
  }
}

function parseFields(hash: Record<string, string>): UserRevocations {
  const fields = Object.entries(hash);
  const all = fields.find(([field]) => field === everything);
  const named = (prefix: string) =>
    fields
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, at]) => [field.slice(prefix.length), Number(at)] as const);
  return {
    ...(all === undefined ? {} : { everythingUntilMs: Number(all[1]) }),
    tokenIds: new Set(named("token:").map(([id]) => id)),
    roomsUntilMs: new Map(named("room:") as [RoomName, number][]),
  };
}
