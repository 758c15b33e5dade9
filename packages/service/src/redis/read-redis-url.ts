import type { EnvReader } from "../env/env-reader.ts";
import { parseRedisUrl, type RedisTarget } from "./redis-target.ts";

/** Reads `REDIS_URL`: the Redis that all processes share. */
export function readRedisUrl(read: EnvReader): RedisTarget {
  const url = read.url("REDIS_URL", {
    required: true,
    protocols: ["redis:", "rediss:", "redis+sentinel:"],
    severalHosts: true,
    description:
      "The Redis that all processes share: `redis://`, `rediss://`, or `redis+sentinel://host:port,host:port/name`.",
  });
  try {
    return parseRedisUrl(url);
  } catch (error) {
    read.refuse("REDIS_URL", `cannot be used: ${(error as Error).message}`);
    return { kind: "standalone", url };
  }
}
