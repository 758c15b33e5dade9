import { findModule } from "../modules.ts";
import type { Scenario } from "../scenario.ts";
import { killReplicas } from "./kill-replica.ts";

/** The checker must catch a server whose replay is switched off, or its silence is worth nothing. */
export const mutant: Scenario = {
  name: "mutant",
  fault: "mutant: replay off",
  async run(run) {
    const env = { NODE_OPTIONS: `--import ${findModule("no-replay")}` };
    const outcome = await killReplicas(run, 2, { clients: 60, env });
    const skips = outcome.anomalies.filter(({ kind }) => kind === "poll-skip").length;
    return {
      ...outcome,
      anomalies: [],
      failures: skips > 0 ? [] : ["the checker did not notice that replay was off"],
      notes: [`caught by ${skips} poll-skip`],
    };
  },
};
