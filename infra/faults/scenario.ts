import type { Anomaly, DeliveryHistory, Random } from "@roomcast/testkit";

/** The context in which a scenario runs. */
export interface Run {
  random: Random;
  /** Whether to use shorter faults and fewer clients. */
  isQuick: boolean;
  /** Additional configuration of the replicas. */
  env: Readonly<Record<string, string>>;
  /** Prints progress. */
  say: (text: string) => void;
  /**
   * Registers a clean-up that runs when the scenario is over, also after a failure. The last one runs first.
   */
  onEnd: (end: () => unknown) => void;
}

/** The result of a scenario: one row of the summary. */
export interface Outcome {
  clients: number;
  /** How many events were published. */
  events: number;
  anomalies: readonly Anomaly[];
  resets: number;
  /** How often a client came back with a fresh session. */
  freshSessions: number;
  /** Recovery times in milliseconds, one for each time that a client had to recover. */
  recovery: readonly number[];
  /** Failed expectations besides anomalies; empty if there are none. */
  failures: readonly string[];
  /** Short remarks for the summary. */
  notes: readonly string[];
  /** Everything that is known about the run, to find the cause of an anomaly. */
  history?: DeliveryHistory;
}

/** A fault, how to cause it, and what must hold. */
export interface Scenario {
  /** The name for `--only`. */
  name: string;
  /** The description in the summary. */
  fault: string;
  run: (run: Run) => Promise<Outcome>;
}

/** A row of the summary. */
export interface Row extends Outcome {
  name: string;
  fault: string;
  seconds: number;
}

/** Whether a row has no anomalies and no failures. */
export function isPassed({ anomalies, failures }: Pick<Outcome, "anomalies" | "failures">): boolean {
  return anomalies.length === 0 && failures.length === 0;
}
