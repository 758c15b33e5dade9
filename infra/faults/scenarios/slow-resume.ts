import { startRedis, waitUntil } from "@roomcast/testkit";
import { Authoriser } from "../authoriser.ts";
import { killSubscribers } from "../redis-admin.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import { Stage, type StageOptions } from "../stage.ts";

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
export async function resumeSlowly(run: Run, options: StageOptions = {}): Promise<Outcome> {
  const authoriser = await Authoriser.start(run);
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const env = { ...authoriser.env, LOG_MAX_ENTRIES: "100", ...options.env };
  const claims = { rooms: [] };
  const stage = await Stage.set(run, { shares, claims, ...options, env, redisUrl: redis.url });
  await stage.flow(3_000);
  authoriser.hold();
  stage.replicas.sever();
  // Two thirds come back to a replica that has no answer for them yet.
  await waitUntil("the authoriser is asked", () => authoriser.waiting >= fewest);
  const before = advances(stage);
  await publishUnheard(stage, redis.url);
  // Who is told a position after the gap now is told it too early.
  await waitUntil("positions are told", () => advances(stage) > before, patienceMs).catch(() => undefined);
  stage.replicas.sever();
  authoriser.release();
  await stage.flow(4_000);
  return stage.finish();
}

/** Publishes into a room that nobody follows; until it is done no replica hears anything. */
async function publishUnheard({ publishers }: Stage, redisUrl: string): Promise<void> {
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
function advances({ swarm }: Stage): number {
  return swarm.clients.reduce(
    (sum, { ops }) => sum + ops.filter(({ kind }) => kind === "advanced").length,
    0,
  );
}
