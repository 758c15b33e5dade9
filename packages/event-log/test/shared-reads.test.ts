import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { createClient } from "redis";
import { RedisLogs } from "./support/redis-log.ts";
import { request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await logs.closeAll();
  await redis.stop();
});

test("the same part of a history is read once for all who ask at the same time", async () => {
  const log = await logs.open(redis.url);
  for (let n = 0; n < 5; n++) await log.append(request());
  const admin = await createClient({ url: redis.url }).connect();
  await admin.sendCommand(["CONFIG", "RESETSTAT"]);
  const asked = Array.from({ length: 100 }, () => log.history("project:1", { after: 1, limit: 10 }));
  const other = log.history("project:1", { after: 2, limit: 10 });
  const lengths = (await Promise.all(asked)).map(({ entries }) => entries.length);
  expect(new Set(lengths)).toEqual(new Set([4]));
  expect((await other).entries).toHaveLength(3);
  const stats = await admin.info("commandstats");
  expect(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1]).toBe("2");
  await admin.close();
});
