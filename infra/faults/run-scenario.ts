import { Random } from "@roomcast/testkit";
import { isPassed, type Row, type Run, type Scenario } from "./scenario.ts";

const shownAnomalies = 10;

export interface RunOptions extends Pick<Run, "isQuick" | "say"> {
  seed: number;
  env?: Run["env"];
}

/** Runs one scenario and ends everything that it started. A scenario that throws becomes a failed row. */
export async function runScenario(
  scenario: Scenario,
  { seed, isQuick, env = {}, say }: RunOptions,
): Promise<Row> {
  const ends: (() => unknown)[] = [];
  const run: Run = {
    random: new Random(seed + hash(scenario.name)),
    isQuick,
    env,
    say: (text) => say(`  ${text}`),
    onEnd: (end) => ends.unshift(end),
  };
  const startedAtMs = performance.now();
  say(`${scenario.name}: ${scenario.fault}`);
  const outcome = await scenario
    .run(run)
    .catch((error: Error) => ({ ...nothing, failures: [error.stack ?? error.message] }));
  for (const end of ends) await end();
  const row = {
    ...outcome,
    name: scenario.name,
    fault: scenario.fault,
    seconds: (performance.now() - startedAtMs) / 1_000,
  };
  if (!isPassed(row)) printFailures(row, run.say);
  return row;
}

const nothing = {
  clients: 0,
  events: 0,
  anomalies: [],
  resets: 0,
  freshSessions: 0,
  recovery: [],
  notes: [],
};

/** Each scenario has its own seed, so that it can be repeated without the others. */
function hash(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0);
}

function printFailures({ anomalies, failures }: Row, say: Run["say"]): void {
  for (const failure of failures) say(`failed: ${failure}`);
  for (const { kind, client, room, detail } of anomalies.slice(0, shownAnomalies)) {
    say(`${[kind, client, room].filter((part) => part !== undefined).join(" ")}: ${detail}`);
  }
  if (anomalies.length > shownAnomalies) say(`and ${anomalies.length - shownAnomalies} more`);
}
