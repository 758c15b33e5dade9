import { setTimeout as delay } from "node:timers/promises";
import {
  type RedisServer,
  type RedisServerOptions,
  type Revoked,
  startRedis,
  timesToFirstNews,
} from "@roomcast/testkit";
import { saveSnapshot } from "../redis-admin.ts";
import { missingResets } from "../resets.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import { Stage, type StageOptions } from "../stage.ts";

/** Redis loses everything it had. */
export const restartRedis: Scenario = {
  name: "restart-redis",
  fault: "Redis restarted, no persistence; then every connection broken",
  run: (run) => emptyRedis(run),
};

/** Redis loses everything; every client must be told so in each of its rooms, once and soon. */
export async function emptyRedis(run: Run, options: StageOptions = {}): Promise<Outcome> {
  const { redis, stage } = await withRedis(run, {}, options);
  const restartedAtMs = await crash(redis);
  await stage.flow(run.isQuick ? 3_000 : 5_000);
  const failures = missingResets(stage.observed.clients, restartedAtMs, 10_000);
  const recovery = timesToFirstNews(stage.observed, restartedAtMs);
  await breakAll(stage);
  const allowances = {
    resets: ["epoch"],
    freshSessions: true,
    lost: ({ ack = { atMs: 0 } }) => ack.atMs <= restartedAtMs,
    forgotten: ({ answeredAtMs = 0 }) => answeredAtMs <= restartedAtMs,
  } as const;
  return stage.finish(allowances, { recovery, failures });
}

/** Redis crashes while every client is coming back, and has everything in its append-only file. */
export const restartRedisAof: Scenario = {
  name: "restart-redis-aof",
  fault: "every connection broken, `kill -9` of Redis with AOF in the middle of their return; then again",
  async run(run) {
    const { redis, stage } = await withRedis(run, { appendOnly: true });
    stage.replicas.sever();
    await delay(run.random.between(100, 400));
    const restartedAtMs = await crash(redis);
    await stage.flow(5_000);
    const recovery = timesToFirstNews(stage.observed, restartedAtMs);
    await breakAll(stage);
    return stage.finish({}, { recovery });
  },
};

/** Redis crashes and goes back to its last snapshot. */
export const restartRedisRdb: Scenario = {
  name: "restart-redis-rdb",
  fault: "`kill -9` of Redis with RDB only; then every connection broken",
  async run(run) {
    const { redis, stage } = await withRedis(run, {});
    const savedAtMs = performance.now();
    await saveSnapshot(redis.url);
    await stage.flow(3_000);
    const restartedAtMs = await crash(redis);
    await stage.flow(5_000);
    const recovery = timesToFirstNews(stage.observed, restartedAtMs);
    await breakAll(stage);
    const lost = ({ ack = { atMs: 0 } }) => ack.atMs > savedAtMs && ack.atMs <= restartedAtMs;
    const forgotten = ({ answeredAtMs = 0 }: Revoked) =>
      answeredAtMs > savedAtMs && answeredAtMs <= restartedAtMs;
    return stage.finish({ resets: ["diverged"], freshSessions: true, lost, forgotten }, { recovery });
  },
};

async function withRedis(
  run: Run,
  redisOptions: RedisServerOptions,
  options: StageOptions = {},
): Promise<{ redis: RedisServer; stage: Stage }> {
  const redis = await startRedis(redisOptions);
  run.onEnd(() => redis.stop());
  const stage = await Stage.set(run, { ...options, redisUrl: redis.url });
  await stage.flow(3_000);
  return { redis, stage };
}

/** Kills Redis and starts it again; resolves with the time at which it answers. */
async function crash(redis: RedisServer): Promise<number> {
  await redis.kill("SIGKILL");
  await delay(500);
  await redis.restart();
  return performance.now();
}

/** What clients can resume afterwards shows what the loss has left of their sessions. */
async function breakAll(stage: Stage): Promise<void> {
  stage.replicas.sever();
  await stage.flow(3_000);
}
