import { epochFunctions, LogKeys } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { RedisStore } from "../cluster/redis-store.ts";
import type {
  SessionContent,
  SessionStore,
  StoredSession,
  StoredSubscription,
  Versions,
} from "./session-store.ts";

const fields = { head: "session", version: "version", confirmed: "confirmed" };

const touchedAtOnce = 1_000;
/** Lua hands over a few thousand values at once at most. */
const chunks = `
local function inChunks(command, from)
  for at = from, #ARGV, 1000 do
    redis.call(command, KEYS[1], unpack(ARGV, at, math.min(at + 999, #ARGV)))
  end
end
`;

const loadScript = `${epochFunctions}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log
-- Returns the epoch, and the hash
return {epochOf(KEYS[2]), redis.call('HGETALL', KEYS[1])}
`;

const createScript = `${epochFunctions}${chunks}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log
-- ARGV[1] time to live in ms    ARGV[2i] field i    ARGV[1+2i] its value
-- Returns 1, or 0 if an epoch is about to begin
local epoch = epochOf(KEYS[2])
if epoch == '' then return 0 end
redis.call('HSET', KEYS[1], '${fields.confirmed}', epoch, '${fields.version}', 0)
inChunks('HSET', 2)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`;

const changeScript = `${chunks}
-- KEYS[1] hash of a session
-- ARGV[1] time to live in ms    ARGV[2] the last change that must be there    ARGV[3] number of this one
-- ARGV[4] HSET or HDEL    ARGV[5] ... its arguments
-- Returns 1; 0 if there is no such session, or no longer as it has lost changes; -1 if it has a later change
local version = tonumber(redis.call('HGET', KEYS[1], '${fields.version}'))
if not version then return 0 end
if version >= tonumber(ARGV[3]) then return -1 end
if version < tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1])
  return 0
end
inChunks(ARGV[4], 5)
redis.call('HSET', KEYS[1], '${fields.version}', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`;

const confirmScript = `${epochFunctions}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log
-- ARGV[1] epoch
-- Returns 1, or 0 if this is not the epoch
if epochOf(KEYS[2]) ~= ARGV[1] then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], '${fields.confirmed}', ARGV[1]) end
return 1
`;

/**
 * One hash per session: `session` for its user and batch, `version` for its last change, `confirmed` for the epoch in which
 * it was complete, one field per room. The log's meta hash tells the present epoch: both are in one Redis, and are lost
 * together.
 */
export class RedisSessionStore implements SessionStore {
  readonly #store: RedisStore;
  readonly #meta: string;
  readonly #ttlMs: number;

  /** `prefix` is put before the keys of the log. */
  constructor(store: RedisStore, { prefix, ttlMs }: { prefix: string; ttlMs: number }) {
    this.#store = store;
    this.#meta = new LogKeys(prefix).meta;
    this.#ttlMs = ttlMs;
  }

  async load(id: string): Promise<StoredSession | undefined> {
    const [epoch, flat] = (await this.#run(loadScript, id)) as [epoch: string, hash: string[]];
    const hash = new Map<string, string>();
    for (let at = 0; at < flat.length; at += 2) hash.set(flat[at] as string, flat[at + 1] as string);
    const head = hash.get(fields.head);
    if (head === undefined) return undefined;
    if (epoch === "") throw epochBegins();
    const { userId, batch } = JSON.parse(head) as Pick<SessionContent, "userId" | "batch">;
    const version = Number(hash.get(fields.version));
    const isConfirmed = hash.get(fields.confirmed) === epoch;
    for (const name of Object.values(fields)) hash.delete(name);
    const subscriptions = [...hash.values()].map((text) => JSON.parse(text) as StoredSubscription);
    return { userId, batch, version, subscriptions, epoch, isConfirmed };
  }

  async create(id: string, session: SessionContent): Promise<void> {
    const isCreated = await this.#run(createScript, id, [String(this.#ttlMs), ...fieldsOf(session)]);
    if (isCreated === 0) throw epochBegins();
  }

  async save(id: string, session: SessionContent, versions: Versions): Promise<void> {
    await this.#change(id, versions, ["HSET", ...fieldsOf(session)]);
  }

  async drop(id: string, rooms: readonly RoomName[], versions: Versions): Promise<void> {
    await this.#change(id, versions, ["HDEL", ...rooms]);
  }

  async confirm(id: string, epoch: string): Promise<void> {
    if ((await this.#run(confirmScript, id, [epoch])) === 0) throw epochBegins();
  }

  async touch(ids: string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += touchedAtOnce) {
      const some = ids.slice(at, at + touchedAtOnce);
      await this.#store.run((client) =>
        Promise.all(some.map((id) => client.pExpire(this.#key(id), this.#ttlMs))),
      );
    }
  }

  async forget(id: string): Promise<void> {
    await this.#store.run((client) => client.del(this.#key(id)));
  }

  async #change(id: string, { known, next }: Versions, command: string[]): Promise<void> {
    const changed = await this.#run(changeScript, id, [
      ...[this.#ttlMs, known, next].map(String),
      ...command,
    ]);
    if (changed === -1) throw new ProtocolError("unavailable", "the session has been changed elsewhere");
  }

  /** Every script is given both keys. */
  #run(script: string, id: string, args: string[] = []): Promise<unknown> {
    const call = { keys: [this.#key(id), this.#meta], arguments: args };
    return this.#store.run((client) => client.eval(script, call));
  }

  #key(id: string): string {
    return this.#store.key(`session:${id}`);
  }
}

/** Names and values in turn. */
function fieldsOf({ userId, batch, subscriptions }: SessionContent): string[] {
  return [
    fields.head,
    JSON.stringify({ userId, batch }),
    ...subscriptions.flatMap((one) => [one.room, JSON.stringify(one)]),
  ];
}

function epochBegins(): ProtocolError {
  return new ProtocolError("unavailable", "an epoch of the log is about to begin");
}
