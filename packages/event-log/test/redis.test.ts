import { afterAll, beforeAll } from "@jest/globals";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { eventLogContract } from "./contract.ts";
import { RedisLogs } from "./support/redis-log.ts";

let redis: RedisServer;
const logs = new RedisLogs();
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

eventLogContract(
  "RedisEventLog",
  (options) => logs.open(redis.url, { ...options }),
  () => logs.closeAll(),
);
