import { findModule } from "../modules.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import type { StageOptions } from "../stage.ts";
import { killReplicas } from "./kill-replica.ts";

/** The checker must catch a server whose replay is switched off, or its silence is worth nothing. */
export const mutant: Scenario = {
  name: "mutant",
  fault: "mutant: replay off",
  run: (run) => catchMutant(run, 2),
};

/** Kills replicas that replay nothing, and expects the checker to notice. */
export async function catchMutant(run: Run, kills: number, options: StageOptions = {}): Promise<Outcome> {
  const env = { NODE_OPTIONS: `--import ${findModule("no-replay")}` };
  const outcome = await killReplicas(run, kills, { clients: 60, ...options, env });
  const skips = outcome.anomalies.filter(({ kind }) => kind === "poll-skip").length;
  return {
    ...outcome,
    anomalies: [],
    failures: skips > 0 ? [] : ["the checker did not notice that replay was off"],
    notes: [`caught by ${skips} poll-skip`],
  };
}
