import { setTimeout as delay } from "node:timers/promises";
import { startRedis } from "@roomcast/testkit";
import { Authoriser } from "../authoriser.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import { Stage, type StageOptions } from "../stage.ts";

/** Less than a replica waits for, and more than Redis takes to be back. */
const answerMs = 1_600;
/** By then most clients are connected again. */
const startMs = 400;
/** Nobody leaves a room, so that each comes back to all that it missed. */
const shares = { churn: 0, since: 0 };

/** A new epoch begins while every session is being resumed, and every connection breaks once more. */
export const slowResume: Scenario = {
  name: "slow-resume",
  fault:
    "every connection broken, `kill -9` of Redis with AOF while a slow authoriser is asked; broken again; twice",
  run: (run) => resumeSlowly(run),
};

/** Restarts Redis while resumes wait for the authoriser, twice. */
export async function resumeSlowly(run: Run, options: StageOptions = {}): Promise<Outcome> {
  const authoriser = await Authoriser.start(run);
  const redis = await startRedis({ appendOnly: true });
  run.onEnd(() => redis.stop());
  const env = { ...authoriser.env, ...options.env };
  const claims = { rooms: [] };
  const stage = await Stage.set(run, { shares, claims, ...options, env, redisUrl: redis.url });
  authoriser.answerMs = answerMs;
  for (let n = 0; n < 2; n++) {
    await stage.flow(2_000);
    // Most come back to a replica that has no answer for them yet.
    stage.replicas.sever();
    await delay(startMs);
    await redis.kill("SIGKILL");
    await redis.restart();
    await delay(answerMs - startMs);
    stage.replicas.sever();
    await stage.flow(3_000);
  }
  authoriser.answerMs = 0;
  return stage.finish();
}
