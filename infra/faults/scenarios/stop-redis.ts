import { setTimeout as delay } from "node:timers/promises";
import { startRedis, timesToFirstNews } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import type { FailedAttempt } from "../publishers.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** Redis hangs for a moment. */
export const stopRedisBriefly: Scenario = {
  name: "stop-redis-briefly",
  fault: "SIGSTOP of Redis for a moment, publishing through the API",
  run: (run) => stopRedis(run, 3_000, true),
};

/** Redis hangs for so long that every command fails. */
export const stopRedisLong: Scenario = {
  name: "stop-redis",
  fault: "SIGSTOP of Redis until every command fails",
  run: (run) => stopRedis(run, run.isQuick ? 10_000 : 30_000, false),
};

/** The log's command timeout is 2 s. More time than this was lost in this process. */
const longestAttemptMs = 4_000;

async function stopRedis(run: Run, ms: number, throughApi: boolean): Promise<Outcome> {
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const cluster = await Cluster.start(run, { redisUrl: redis.url, throughApi });
  await cluster.flow(2_000);
  await redis.kill("SIGSTOP");
  await delay(ms);
  await redis.kill("SIGCONT");
  const overAtMs = performance.now();
  await cluster.flow(5_000);
  const { failures } = cluster.publishers;
  const recovery = timesToFirstNews(cluster.observed, overAtMs);
  return cluster.finish(
    {},
    { recovery, failures: faultsOf(failures), notes: [`stopped for ${ms / 1_000} s`, describe(failures)] },
  );
}

function faultsOf(failures: readonly FailedAttempt[]): string[] {
  const late = failures.filter(({ tookMs }) => tookMs > longestAttemptMs);
  return [
    ...(failures.length === 0 ? ["no publisher was told that the log is out of reach"] : []),
    ...(late.length === 0 ? [] : [`${late.length} attempts to publish failed later than the timeout`]),
  ];
}

function describe(failures: readonly FailedAttempt[]): string {
  const codes = [...new Set(failures.map(({ code }) => code))].sort();
  return `${failures.length} attempts failed (${codes.join(", ")})`;
}
