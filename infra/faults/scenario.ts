import type { Anomaly, DeliveryHistory, Random } from "@roomcast/testkit";

/** What a scenario is given. */
export interface Run {
  random: Random;
  /** Whether faults are to be shorter and crowds smaller. */
  isQuick: boolean;
  /** Further configuration of the replicas. */
  env: Readonly<Record<string, string>>;
  /** Tells what is going on. */
  say: (text: string) => void;
  /** Has something ended when the scenario is over, however it ends; the last one first. */
  onEnd: (end: () => unknown) => void;
}

/** What came out of a scenario: one row of the summary. */
export interface Outcome {
  clients: number;
  /** Events that were published. */
  events: number;
  anomalies: readonly Anomaly[];
  resets: number;
  /** Times that a client came back to a session other than its own. */
  freshSessions: number;
  /** Milliseconds, one for each client and time that it had to recover. */
  recovery: readonly number[];
  /** What else the fault must show and did not; empty if all is well. */
  failures: readonly string[];
  /** What is worth telling, in a few words. */
  notes: readonly string[];
  /** All that is known of the run, for whoever looks for the cause of an anomaly. */
  history?: DeliveryHistory;
}

/** A fault, how it is brought about, and what must hold. */
export interface Scenario {
  /** For `--only`. */
  name: string;
  /** What the summary calls it. */
  fault: string;
  run: (run: Run) => Promise<Outcome>;
}

/** A row of the summary. */
export interface Row extends Outcome {
  name: string;
  fault: string;
  seconds: number;
}

/** Whether a row is as it must be. */
export function isPassed({ anomalies, failures }: Pick<Outcome, "anomalies" | "failures">): boolean {
  return anomalies.length === 0 && failures.length === 0;
}
