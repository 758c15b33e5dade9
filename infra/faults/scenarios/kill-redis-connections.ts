import { setTimeout as delay } from "node:timers/promises";
import { startRedis } from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { killConnections } from "../redis-admin.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** All connections to Redis break repeatedly. */
export const killRedisConnections: Scenario = {
  name: "kill-redis-connections",
  fault: "CLIENT KILL of every Redis connection each 2 s",
  run: (run) => killAllConnections(run, run.isQuick ? 5 : 15),
};

/** Breaks all connections to Redis every two seconds, `times` times. */
export async function killAllConnections(
  run: Run,
  times: number,
  options: ClusterOptions = {},
): Promise<Outcome> {
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const cluster = await Cluster.start(run, { redisUrl: redis.url, ...options });
  for (let n = 0; n < times; n++) {
    await killConnections(redis.url);
    await delay(2_000);
  }
  return cluster.finish();
}
