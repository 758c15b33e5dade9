import type { RedisClient } from "./redis-client.ts";
import { RedisTrouble } from "./redis-trouble.ts";

/** All commands of our processes and their scripts, in a form that only writes `key` and deletes it again. */
const trials = (key: string): string[][] => [
  ["PING"],
  ["INFO", "server"],
  ["TIME"],
  ["SET", key, "1", "PX", "60000"],
  ["GET", key],
  ["MGET", key],
  ["EXISTS", key],
  ["EXPIRE", key, "60"],
  ["PEXPIRE", key, "60000"],
  // The other commands fail because `key` holds a string. Redis reports a missing right before that.
  ["HSET", key, "field", "1"],
  ["HGET", key, "field"],
  ["HMGET", key, "field"],
  ["HGETALL", key],
  ["HEXISTS", key, "field"],
  ["HDEL", key, "field"],
  ["SADD", key, "1"],
  ["SREM", key, "1"],
  ["SMEMBERS", key],
  ["ZADD", key, "1", "1"],
  ["ZREM", key, "1"],
  ["ZCARD", key],
  ["ZSCORE", key, "1"],
  ["ZRANGE", key, "0", "0"],
  ["ZREMRANGEBYSCORE", key, "0", "0"],
  ["XADD", key, "*", "field", "1"],
  ["XRANGE", key, "-", "+"],
  ["XREVRANGE", key, "+", "-"],
  ["XTRIM", key, "MAXLEN", "0"],
  ["PUBLISH", key, ""],
  ["DEL", key],
];

const script = `
-- KEYS[1] a key that may be written    ARGV[1] a list of commands, in JSON
-- Returns the names of the commands that the user may not run
local missing = {}
for _, command in ipairs(cjson.decode(ARGV[1])) do
  local reply = redis.pcall(unpack(command))
  if type(reply) == 'table' and reply.err and string.find(reply.err, "user executing the script can't", 1, true) then
    missing[#missing + 1] = command[1]
  end
end
return missing
`;

/**
 * Throws a `RedisTrouble` if the user lacks a right that our processes need. It writes `key` and publishes on
 * the Redis channel of the same name.
 */
export async function checkRights(client: RedisClient, key: string): Promise<void> {
  const [missing] = await Promise.all([
    client.sendCommand<string[]>(["EVAL", script, "1", key, JSON.stringify(trials(key))]),
    // A script may not call these.
    client.sendCommand(["WAIT", "0", "0"]),
    client.sendCommand(["PUBSUB", "NUMSUB", key]),
  ]);
  if (missing.length === 0) return;
  throw new RedisTrouble(
    `the user may not run ${missing.join(", ")} on our keys or channels: see the ACL line in docs/operations.md`,
    "give-up",
  );
}
