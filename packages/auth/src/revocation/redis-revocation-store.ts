import { ProtocolError, type RoomName } from "@roomcast/events";
import { within } from "@roomcast/service";
import type { Revocation, UserRevocations } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** The Redis commands that the store needs; a node-redis client has them. */
export interface RevocationCommands {
  hSet(key: string, field: string, value: string): Promise<unknown>;
  pExpire(key: string, ms: number): Promise<unknown>;
  hGetAll(key: string): Promise<Record<string, string>>;
}

export interface RedisRevocationStoreOptions {
  /** The client to use now; asked before each call, because a reconnect may bring another. May throw. */
  redis: () => RevocationCommands;
  /** At least as long as the longest token lives. */
  ttlMs: number;
  /** Put before every key. Default `roomcast:`. */
  keyPrefix?: string;
  /** How long one call may take. Default 2,000. */
  timeoutMs?: number;
}

const everything = "*";

/** One hash for each user: `*`, `token:<jti>` and `room:<name>`, each with the time. */
export class RedisRevocationStore implements RevocationStore {
  readonly #options: Required<RedisRevocationStoreOptions>;

  constructor(options: RedisRevocationStoreOptions) {
    this.#options = { keyPrefix: "roomcast:", timeoutMs: 2_000, ...options };
  }

  async add({ userId, tokenId, room, atMs }: Revocation): Promise<void> {
    const field =
      tokenId !== undefined ? `token:${tokenId}` : room !== undefined ? `room:${room}` : everything;
    await this.#run((redis) => {
      const key = this.#key(userId);
      return Promise.all([redis.hSet(key, field, String(atMs)), redis.pExpire(key, this.#options.ttlMs)]);
    });
  }

  async of(userId: string): Promise<UserRevocations> {
    const fields = Object.entries(await this.#run((redis) => redis.hGetAll(this.#key(userId))));
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

  #key(userId: string): string {
    return `${this.#options.keyPrefix}{p0}:revoked:${userId}`;
  }

  async #run<T>(commands: (redis: RevocationCommands) => Promise<T>): Promise<T> {
    try {
      return await within(this.#options.timeoutMs, commands(this.#options.redis()));
    } catch (cause) {
      throw new ProtocolError("unavailable", "revocations cannot be read or written now", { cause });
    }
  }
}
