import { ProtocolError, type RoomName } from "@roomcast/events";
import { within } from "@roomcast/service";
import type { Revocation, UserRevocations } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** The Redis commands that the store needs; a node-redis client has them. */
export interface RevocationCommands {
  eval(script: string, call: { keys: string[]; arguments: string[] }): Promise<unknown>;
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

const addScript = `
-- KEYS[1] hash of a user's revocations
-- ARGV[1] field    ARGV[2] time in ms    ARGV[3] time to live in ms
-- The clock of one caller may be behind another's: what is taken back stays so
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** One hash for each user: `*`, `token:<jti>` and `room:<name>`, each with the time. */
export class RedisRevocationStore implements RevocationStore {
  readonly #options: Required<RedisRevocationStoreOptions>;

  constructor(options: RedisRevocationStoreOptions) {
    this.#options = { keyPrefix: "roomcast:", timeoutMs: 2_000, ...options };
  }

  async add({ userId, tokenId, room, atMs }: Revocation): Promise<void> {
    const field =
      tokenId !== undefined ? `token:${tokenId}` : room !== undefined ? `room:${room}` : everything;
    const call = { keys: [this.#key(userId)], arguments: [field, String(atMs), String(this.#options.ttlMs)] };
    await this.#run((redis) => redis.eval(addScript, call));
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
