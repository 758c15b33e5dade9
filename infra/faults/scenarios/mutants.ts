import { type AnomalyKind, summarise } from "@roomcast/testkit";
import type { ClusterOptions } from "../cluster.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import { killReplicas } from "./kill-replica.ts";
import { beQuiet } from "./quiet-rooms.ts";
import { resumeSlowly } from "./slow-resume.ts";
import { trimLog } from "./trimmed-log.ts";

/** A server with a built-in fault. A module of `mutants/` is loaded into its replicas. */
export interface Mutant {
  /** The name of the module. */
  name: string;
  /** The mechanism that is switched off. */
  fault: string;
  /** The scenario in which the fault has an effect. */
  play: (run: Run, options: ClusterOptions) => Promise<Outcome>;
  /** The checker must find at least one of these anomalies. */
  kinds: readonly AnomalyKind[];
}

/** Switches off all replays. */
export const noReplay: Mutant = {
  name: "no-replay",
  fault: "replay off",
  play: (run, options) => killReplicas(run, 2, options),
  kinds: ["poll-skip"],
};

const all: readonly Mutant[] = [
  noReplay,
  {
    name: "early-positions",
    fault: "positions told before the past of a resume",
    play: resumeSlowly,
    kinds: ["position-skip"],
  },
  {
    name: "unchecked-revocations",
    fault: "revocations not read after a gap of the log",
    play: trimLog,
    kinds: ["revoked-access"],
  },
  {
    name: "hasty-entry",
    fault: "rooms entered within a gap of the log",
    play: enterOften,
    kinds: ["poll-skip", "position-skip"],
  },
  {
    name: "no-idle-advance",
    fault: "no positions for sessions without events",
    play: beQuiet,
    kinds: ["unexpected-reset"],
  },
];

/** Many clients join rooms during gaps, so that some join at the moment in which the fault has an effect. */
function enterOften(run: Run, options: ClusterOptions): Promise<Outcome> {
  return trimLog(run, { ...options, clients: 150, shares: { churn: 0.9, since: 0 } }, 3);
}

/** The checker must catch each mutant. Otherwise a run without anomalies proves nothing. */
export const mutants: readonly Scenario[] = all.map((mutant) => ({
  name: mutant.name,
  fault: `mutant: ${mutant.fault}`,
  run: (run) => catchMutant(run, mutant),
}));

/** Plays a mutant's scenario and expects the checker to find an anomaly. */
export async function catchMutant(run: Run, mutant: Mutant, options: ClusterOptions = {}): Promise<Outcome> {
  const outcome = await mutant.play(run, { clients: 60, ...options, mutant: mutant.name });
  const found = outcome.anomalies.filter(({ kind }) => mutant.kinds.includes(kind));
  return {
    ...outcome,
    anomalies: [],
    failures: found.length > 0 ? [] : [`the checker did not notice: ${mutant.fault}`],
    notes: [`caught by ${summarise(found)}`],
  };
}
