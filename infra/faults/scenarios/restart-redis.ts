import { setTimeout as delay } from "node:timers/promises";
import {
  type RedisServer,
  type RedisServerOptions,
  type Revoked,
  startRedis,
  timesToFirstNews,
} from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { saveSnapshot } from "../redis-admin.ts";
import { missingResets } from "../resets.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** Redis loses all its data. */
export const restartRedis: Scenario = {
  name: "restart-redis",
  fault: "Redis restarted, no persistence; then every connection broken",
  run: (run) => emptyRedis(run),
};

const resetsWithinMs = 10_000;

/** Redis loses all its data. Every client must soon receive exactly one reset in each of its rooms. */
export async function emptyRedis(run: Run, options: ClusterOptions = {}): Promise<Outcome> {
  const { redis, cluster } = await withRedis(run, {}, options);
  const restartedAtMs = await crash(redis);
  await cluster.flow(run.isQuick ? 3_000 : 5_000);
  const missing = () => missingResets(cluster.observed.clients, restartedAtMs, resetsWithinMs);
  // A replica on a busy machine may need longer to find Redis again.
  while (missing().length > 0 && performance.now() - restartedAtMs < resetsWithinMs) await cluster.flow(500);
  const failures = missing();
  const recovery = timesToFirstNews(cluster.observed, restartedAtMs);
  await breakAll(cluster);
  const allowances = {
    resets: ["epoch"],
    freshSessions: true,
    lost: ({ ack = { atMs: 0 } }) => ack.atMs <= restartedAtMs,
    forgotten: ({ answeredAtMs = 0 }) => answeredAtMs <= restartedAtMs,
  } as const;
  return cluster.finish(allowances, { recovery, failures });
}

/** Redis crashes while all clients reconnect. Its append-only file has all data. */
export const restartRedisAof: Scenario = {
  name: "restart-redis-aof",
  fault: "every connection broken, `kill -9` of Redis with AOF in the middle of their return; then again",
  async run(run) {
    const { redis, cluster } = await withRedis(run, { appendOnly: true });
    cluster.replicas.sever();
    await delay(run.random.between(100, 400));
    const restartedAtMs = await crash(redis);
    await cluster.flow(5_000);
    const recovery = timesToFirstNews(cluster.observed, restartedAtMs);
    await breakAll(cluster);
    return cluster.finish({}, { recovery });
  },
};

/** Redis crashes and restarts from its last snapshot. */
export const restartRedisRdb: Scenario = {
  name: "restart-redis-rdb",
  fault: "`kill -9` of Redis with RDB only; then every connection broken",
  async run(run) {
    const { redis, cluster } = await withRedis(run, {});
    const savedAtMs = performance.now();
    await saveSnapshot(redis.url);
    await cluster.flow(3_000);
    const restartedAtMs = await crash(redis);
    await cluster.flow(5_000);
    const recovery = timesToFirstNews(cluster.observed, restartedAtMs);
    await breakAll(cluster);
    const lost = ({ ack = { atMs: 0 } }) => ack.atMs > savedAtMs && ack.atMs <= restartedAtMs;
    const forgotten = ({ answeredAtMs = 0 }: Revoked) =>
      answeredAtMs > savedAtMs && answeredAtMs <= restartedAtMs;
    return cluster.finish({ resets: ["diverged"], freshSessions: true, lost, forgotten }, { recovery });
  },
};

async function withRedis(
  run: Run,
  redisOptions: RedisServerOptions,
  options: ClusterOptions = {},
): Promise<{ redis: RedisServer; cluster: Cluster }> {
  const redis = await startRedis(redisOptions);
  run.onEnd(() => redis.stop());
  const cluster = await Cluster.start(run, { ...options, redisUrl: redis.url });
  await cluster.flow(3_000);
  return { redis, cluster };
}

/** Kills Redis and starts it again. Resolves with the time at which it answers. */
async function crash(redis: RedisServer): Promise<number> {
  await redis.kill("SIGKILL");
  await delay(500);
  await redis.restart();
  return performance.now();
}

/** Breaks all connections. Whether clients can resume shows what is left of their sessions. */
async function breakAll(cluster: Cluster): Promise<void> {
  cluster.replicas.sever();
  await cluster.flow(3_000);
}
