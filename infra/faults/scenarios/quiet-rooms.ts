import type { Outcome, Run, Scenario } from "../scenario.ts";
import { Stage, type StageOptions } from "../stage.ts";

const ageSeconds = 20;
const age = String(ageSeconds);
const shortAges = {
  HISTORY_GLOBAL_AGE: age,
  HISTORY_USER_AGE: age,
  HISTORY_PROJECT_AGE: age,
  HISTORY_AGENT_AGE: age,
  HISTORY_CHANNEL_AGE: age,
};

/** Rooms are quiet for longer than their histories reach back, and clients connected all the time. */
export const quietRooms: Scenario = {
  name: "quiet-rooms",
  fault: `rooms quiet for longer than their histories of ${ageSeconds} s reach back; then every connection broken`,
  run: (run) => beQuiet(run),
};

/** Lets most rooms be quiet, and has every client come back to them without a reset. */
export async function beQuiet(run: Run, options: StageOptions = {}): Promise<Outcome> {
  const shares = { churn: 0, since: 0 };
  const stage = await Stage.set(run, {
    shares,
    busyRooms: 2,
    rate: 50,
    ...options,
    env: { ...shortAges, ...options.env },
  });
  await stage.flow((ageSeconds + 10) * 1_000);
  stage.replicas.sever();
  await stage.flow(3_000);
  const outcome = await stage.finish();
  const failures = outcome.resets === 0 ? [] : [`${outcome.resets} resets of rooms that nothing happened in`];
  return { ...outcome, failures: [...outcome.failures, ...failures] };
}
