import { startRedis } from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { fastClock } from "../fast-clock.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** How much faster the clock of Redis runs. It determines the age of entries. */
const speed = 8;
const age = "60";
const shortAges = {
  HISTORY_GLOBAL_AGE: age,
  HISTORY_USER_AGE: age,
  HISTORY_PROJECT_AGE: age,
  HISTORY_AGENT_AGE: age,
  HISTORY_CHANNEL_AGE: age,
};
/** In Redis' time, longer than a history's age (1 min) plus the slack of a room's head (2 min). */
const quietMs = 40_000;

/** Rooms are quiet for longer than their histories reach back, while clients stay connected. */
export const quietRooms: Scenario = {
  name: "quiet-rooms",
  fault: "rooms quiet for five times as long as their histories reach back; then every connection broken",
  run: (run) => beQuiet(run),
};

/** Keeps most rooms quiet. Every client must come back to them without a reset. */
export async function beQuiet(run: Run, options: ClusterOptions = {}): Promise<Outcome> {
  const redis = await startRedis({ env: await fastClock(run, speed) });
  run.onEnd(() => redis.stop());
  const cluster = await Cluster.start(run, {
    shares: { churn: 0, since: 0 },
    busyRooms: 2,
    rate: 50,
    ...options,
    redisUrl: redis.url,
    env: { ...shortAges, ...options.env },
  });
  await cluster.flow(quietMs);
  cluster.replicas.sever();
  await cluster.flow(3_000);
  const outcome = await cluster.finish();
  const failures = outcome.resets === 0 ? [] : [`${outcome.resets} resets of rooms that nothing happened in`];
  return { ...outcome, failures: [...outcome.failures, ...failures] };
}
