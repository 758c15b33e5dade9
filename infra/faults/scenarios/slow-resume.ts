import { startRedis, waitUntil } from "@roomcast/testkit";
import { Authoriser } from "../authoriser.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { killSubscribers } from "../redis-admin.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** No client leaves a room, so that each one misses events in all its rooms. */
const shares = { churn: 0, since: 0 };
/** How many questions the authoriser must have received. Each client causes about three. */
const fewest = 20;
/** Many more events than the log keeps. */
const burst = 1_500;
/** Less than the two seconds that a replica waits for the authoriser. */
const timeoutMs = 1_000;

/**
 * All replicas miss trimmed entries of the log while sessions resume, and then all connections break again.
 */
export const slowResume: Scenario = {
  name: "slow-resume",
  fault:
    "every connection broken; replicas fall off a log of 100 entries while the authoriser is asked; broken again",
  run: (run) => resumeSlowly(run),
};

/** Makes a gap in the log while resumes wait for the authoriser. */
export async function resumeSlowly(run: Run, options: ClusterOptions = {}): Promise<Outcome> {
  const authoriser = await Authoriser.start(run);
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const env = { ...authoriser.env, LOG_MAX_ENTRIES: "100", ...options.env };
  const claims = { rooms: [] };
  const cluster = await Cluster.start(run, { shares, claims, ...options, env, redisUrl: redis.url });
  await cluster.flow(3_000);
  authoriser.hold();
  cluster.replicas.sever();
  // Two thirds of the clients reconnect to another replica, which has no cached answer for them.
  await waitUntil("the authoriser is asked", () => authoriser.waiting >= fewest);
  const before = advances(cluster);
  await publishUnheard(cluster, redis.url);
  // A position after the gap that arrives now is too early.
  await waitUntil("clients receive positions", () => advances(cluster) > before, timeoutMs).catch(
    () => undefined,
  );
  cluster.replicas.sever();
  authoriser.release();
  await cluster.flow(4_000);
  return cluster.finish();
}

/** Publishes to a room without followers. No replica receives a push until it is done. */
async function publishUnheard({ publishers }: Cluster, redisUrl: string): Promise<void> {
  await killSubscribers(redisUrl);
  let isPublished = false;
  const events = Array.from({ length: burst }, (_, n) => publishers.publish(`burst-${n}`, ["channel:burst"]));
  const published = Promise.all(events).then(() => {
    isPublished = true;
  });
  while (!isPublished) await killSubscribers(redisUrl);
  await published;
}

/** How many `position.advanced` clients have received. */
function advances({ swarm }: Cluster): number {
  return swarm.clients.reduce(
    (sum, { ops }) => sum + ops.filter(({ kind }) => kind === "advanced").length,
    0,
  );
}
