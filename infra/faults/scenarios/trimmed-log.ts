import { startRedis } from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { killConnections } from "../redis-admin.ts";
import { RedisLinks } from "../redis-links.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

const shares = { churn: 0.4, since: 0.2 };
/** So many that a client mostly joins a room without other followers on its replica. */
const rooms = 200;
/** So many that some of the clients are on the replica that misses the revocation. */
const revoked = 8;
/** So slow that clients join rooms while a replica reads the entries that it missed. */
const slowBytesPerSecond = 30_000;

/**
 * A replica misses more entries than the log keeps, while clients join and leave rooms and some are revoked.
 */
export const trimmedLog: Scenario = {
  name: "trimmed-log",
  fault:
    "a log of 100 entries: a replica cut off past its end, back over a slow link; then one stopped past it",
  run: (run) => trimLog(run),
};

/** Makes replicas miss trimmed entries: one is cut off from Redis `cuts` times, and one is stopped. */
export async function trimLog(run: Run, options: ClusterOptions = {}, cuts = 1): Promise<Outcome> {
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const links = new RedisLinks(run);
  const env = { LOG_MAX_ENTRIES: "100", ...options.env };
  const cluster = await Cluster.start(run, {
    shares,
    rooms,
    ...options,
    env,
    redisUrl: redis.url,
    replicaRedisUrls: links.start,
  });
  await cluster.flow(2_000);
  for (let n = 0; n < cuts; n++) {
    await cutOff(cluster, links);
    await cluster.flow(3_000);
  }
  const stopped = run.random.pick(cluster.replicas.all);
  stopped.kill("SIGSTOP");
  // Data that Redis has already sent must not contain all missed entries.
  await killConnections(redis.url);
  await cluster.revocations?.revokeSome(revoked);
  await cluster.flow(4_000);
  stopped.kill("SIGCONT");
  await cluster.flow(4_000);
  cluster.replicas.sever();
  await cluster.flow(2_000);
  return cluster.finish();
}

async function cutOff(cluster: Cluster, links: RedisLinks): Promise<void> {
  const link = links.first;
  link.cut();
  link.sever();
  await cluster.revocations?.revokeSome(revoked);
  await cluster.flow(4_000);
  link.throttle(slowBytesPerSecond);
  link.heal();
  await cluster.flow(3_000);
  link.throttle(undefined);
}
