import { epochFunctions, LogKeys } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { Versions } from "../sessions/session.ts";
import type {
  SessionContent,
  SessionOwner,
  SessionStore,
  SessionStoreBounds,
  StoredSession,
  StoredSubscription,
} from "../sessions/session-store.ts";
import type { RedisStore } from "./redis-store.ts";

const fields = { head: "session", version: "version", confirmed: "confirmed" };

const touchedAtOnce = 1_000;
/** Lua's `unpack` passes a few thousand values at most. */
const chunks = `
local function inChunks(command, from)
  for at = from, #ARGV, 1000 do
    redis.call(command, KEYS[1], unpack(ARGV, at, math.min(at + 999, #ARGV)))
  end
end
`;

/** A sorted set of a user's sessions by their last use. Expired sessions are removed at the next write. */
const noteUse = `
-- Deletes the sessions beyond the bound. KEYS[3] sorted set of the user's sessions
local function noteUse(id, prefix, ttlMs, max)
  local time = redis.call('TIME')
  local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', nowMs - ttlMs)
  redis.call('ZADD', KEYS[3], nowMs, id)
  local excess = redis.call('ZCARD', KEYS[3]) - max
  if excess > 0 then
    for _, oldest in ipairs(redis.call('ZRANGE', KEYS[3], 0, excess - 1)) do
      redis.call('DEL', prefix .. oldest)
      redis.call('ZREM', KEYS[3], oldest)
    end
  end
  redis.call('PEXPIRE', KEYS[3], ttlMs)
end
`;

const loadScript = `${epochFunctions}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log
-- Returns the epoch, and the hash
return {epochOf(KEYS[2]), redis.call('HGETALL', KEYS[1])}
`;

const createScript = `${epochFunctions}${chunks}${noteUse}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log    KEYS[3] sorted set of the user's sessions
-- ARGV[1] id    ARGV[2] prefix of sessions' keys    ARGV[3] time to live in ms    ARGV[4] sessions a user may have
-- ARGV[5] number of this change    ARGV[2i] field i    ARGV[1+2i] its value
-- Returns 1; 0 if an epoch is about to begin; -1 if this or a later change is stored already
local epoch = epochOf(KEYS[2])
if epoch == '' then return 0 end
local version = tonumber(redis.call('HGET', KEYS[1], '${fields.version}'))
if version and version >= tonumber(ARGV[5]) then return -1 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '${fields.confirmed}', epoch, '${fields.version}', ARGV[5])
inChunks('HSET', 6)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
noteUse(ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
return 1
`;

const changeScript = `${chunks}${noteUse}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log    KEYS[3] sorted set of the user's sessions
-- ARGV[1] id    ARGV[2] prefix of sessions' keys    ARGV[3] time to live in ms    ARGV[4] sessions a user may have
-- ARGV[5] number of this change    ARGV[6] the last change that must be there
-- ARGV[7] HSET or HDEL    ARGV[8] ... its arguments
-- Returns 1; 0 if the session is not stored, or is deleted now because it lacks changes; -1 if a later change is stored
local version = tonumber(redis.call('HGET', KEYS[1], '${fields.version}'))
if not version then return 0 end
if version >= tonumber(ARGV[5]) then return -1 end
if version < tonumber(ARGV[6]) then
  redis.call('DEL', KEYS[1])
  return 0
end
inChunks(ARGV[7], 8)
redis.call('HSET', KEYS[1], '${fields.version}', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
noteUse(ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
return 1
`;

const touchScript = `${noteUse}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log    KEYS[3] sorted set of the user's sessions
-- ARGV[1] id    ARGV[2] prefix of sessions' keys    ARGV[3] time to live in ms    ARGV[4] sessions a user may have
if redis.call('PEXPIRE', KEYS[1], ARGV[3]) == 1 then
  noteUse(ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
end
`;

const confirmScript = `${epochFunctions}
-- KEYS[1] hash of a session    KEYS[2] meta hash of the log
-- ARGV[1] epoch
-- Returns 1, or 0 if the log is in another epoch
if epochOf(KEYS[2]) ~= ARGV[1] then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], '${fields.confirmed}', ARGV[1]) end
return 1
`;

/**
 * One hash for each session: `session` holds its user and batch, `version` its last change, `confirmed` the
 * epoch in which it was complete, and one field each room. One sorted set for each user holds the user's
 * sessions. The log's meta hash holds the present epoch: both are in one Redis and are lost together.
 */
export class RedisSessionStore implements SessionStore {
  readonly #store: RedisStore;
  readonly #meta: string;
  readonly #bounds: SessionStoreBounds;

  /** `prefix` is the prefix of the log's keys. */
  constructor(store: RedisStore, { prefix, ...bounds }: SessionStoreBounds & { prefix: string }) {
    this.#store = store;
    this.#meta = new LogKeys(prefix).meta;
    this.#bounds = bounds;
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

  async create(id: string, session: SessionContent, version: number): Promise<void> {
    const owner = { id, userId: session.userId };
    const created = await this.#use(createScript, owner, [String(version), ...fieldsOf(session)]);
    if (created === 0) throw epochBegins();
    if (created === -1) throw changedElsewhere();
  }

  async save(id: string, session: SessionContent, versions: Versions): Promise<void> {
    await this.#change({ id, userId: session.userId }, versions, ["HSET", ...fieldsOf(session)]);
  }

  async drop(owner: SessionOwner, rooms: readonly RoomName[], versions: Versions): Promise<void> {
    await this.#change(owner, versions, ["HDEL", ...rooms]);
  }

  async confirm(id: string, epoch: string): Promise<void> {
    if ((await this.#run(confirmScript, id, [epoch])) === 0) throw epochBegins();
  }

  async touch(sessions: readonly SessionOwner[]): Promise<void> {
    for (let at = 0; at < sessions.length; at += touchedAtOnce) {
      const some = sessions.slice(at, at + touchedAtOnce);
      await this.#store.run((client) =>
        Promise.all(some.map((owner) => client.eval(touchScript, this.#call(owner)))),
      );
    }
  }

  async forget(id: string): Promise<void> {
    await this.#store.run((client) => client.del(this.#key(id)));
  }

  async #change(owner: SessionOwner, { known, next }: Versions, command: string[]): Promise<void> {
    const changed = await this.#use(changeScript, owner, [String(next), String(known), ...command]);
    if (changed === -1) throw changedElsewhere();
  }

  /** Runs a script that records the use of a session. */
  #use(script: string, owner: SessionOwner, args: string[]): Promise<unknown> {
    return this.#store.run((client) => client.eval(script, this.#call(owner, args)));
  }

  #call({ id, userId }: SessionOwner, args: string[] = []) {
    const { ttlMs, maxPerUser } = this.#bounds;
    return {
      keys: [this.#key(id), this.#meta, this.#store.key(`sessions:${userId}`)],
      arguments: [id, this.#key(""), String(ttlMs), String(maxPerUser), ...args],
    };
  }

  #run(script: string, id: string, args: string[] = []): Promise<unknown> {
    const call = { keys: [this.#key(id), this.#meta], arguments: args };
    return this.#store.run((client) => client.eval(script, call));
  }

  #key(id: string): string {
    return this.#store.key(`session:${id}`);
  }
}

/** Field names and values in turn. */
function fieldsOf({ userId, batch, subscriptions }: SessionContent): string[] {
  return [
    fields.head,
    JSON.stringify({ userId, batch }),
    ...subscriptions.flatMap((one) => [one.room, JSON.stringify(one)]),
  ];
}

function changedElsewhere(): ProtocolError {
  return new ProtocolError("unavailable", "another connection has changed the session");
}

function epochBegins(): ProtocolError {
  return new ProtocolError("unavailable", "an epoch of the log is about to begin");
}
