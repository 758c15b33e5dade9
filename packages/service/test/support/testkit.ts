// By path, because the testkit is no dependency of the packages it is built beside.
export type { RedisServer } from "../../../testkit/src/launched-redis.ts";
export * from "../../../testkit/src/redis-server.ts";
