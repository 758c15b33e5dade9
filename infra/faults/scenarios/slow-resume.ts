import { startRedis, waitUntil } from "@roomcast/testkit";
import { Authoriser } from "../authoriser.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { killSubscribers } from "../redis-admin.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** Nobody leaves a room, so that each comes back to all that it missed. */
const shares = { churn: 0, since: 0 };
/** Questions, of which each client has about three. */
const fewest = 20;
/** Much more than the log holds. */
const burst = 1_500;
/** A replica waits two seconds for an answer. */
const patienceMs = 1_000;

/** Every replica falls off the log while sessions are being resumed, and every connection breaks once more. */
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
  // Two thirds come back to a replica that has no answer for them yet.
  await waitUntil("the authoriser is asked", () => authoriser.waiting >= fewest);
  const before = advances(cluster);
  await publishUnheard(cluster, redis.url);
  // Who is told a position after the gap now is told it too early.
  await waitUntil("positions are told", () => advances(cluster) > before, patienceMs).catch(() => undefined);
  cluster.replicas.sever();
  authoriser.release();
  await cluster.flow(4_000);
  return cluster.finish();
}

/** Publishes into a room that nobody follows; until it is done no replica hears anything. */
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

/** How many positions clients were told by themselves. */
function advances({ swarm }: Cluster): number {
  return swarm.clients.reduce(
    (sum, { ops }) => sum + ops.filter(({ kind }) => kind === "advanced").length,
    0,
  );
}
