import { startRedis } from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { fastClock } from "../fast-clock.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** How fast the time of Redis goes by, which says how old everything is. */
const speed = 8;
const age = "60";
const shortAges = {
  HISTORY_GLOBAL_AGE: age,
  HISTORY_USER_AGE: age,
  HISTORY_PROJECT_AGE: age,
  HISTORY_AGENT_AGE: age,
  HISTORY_CHANNEL_AGE: age,
};
/** For Redis more than a minute, and two for its clock's steps, than a history reaches back. */
const quietMs = 40_000;

/** Rooms are quiet for longer than their histories reach back, and clients connected all the time. */
export const quietRooms: Scenario = {
  name: "quiet-rooms",
  fault: "rooms quiet for five times as long as their histories reach back; then every connection broken",
  run: (run) => beQuiet(run),
};

/** Lets most rooms be quiet, and has every client come back to them without a reset. */
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
