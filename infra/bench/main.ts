import { compareWithBaseline, setBaseline } from "./baseline.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { describeMachine } from "./machine.ts";
import { type BenchOptions, readOptions, usage } from "./options.ts";
import { fullProfile, type ScenarioName } from "./profile.ts";
import { type Report, renderReport } from "./report.ts";
import { compression } from "./scenarios/compression.ts";
import { connect } from "./scenarios/connect.ts";
import { fanOut } from "./scenarios/fan-out.ts";
import { hotPath } from "./scenarios/hot-path.ts";
import { latency } from "./scenarios/latency.ts";
import { memory } from "./scenarios/memory.ts";
import { rooms } from "./scenarios/rooms.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { takeover } from "./scenarios/takeover.ts";
import { throughput } from "./scenarios/throughput.ts";
import type { Table } from "./table.ts";
import { writeReport } from "./write-report.ts";

const scenarios: Record<ScenarioName, Scenario> = {
  "fan-out": fanOut,
  rooms,
  latency,
  throughput,
  memory,
  connect,
  takeover,
  compression,
  micro: hotPath,
};

/** The conditions of the baseline. */
const comparable =
  "the full profile, with the load generator in C, steered receiving and cores that stay awake";

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, Object.keys(scenarios));
  if (options.help) {
    console.log(usage.replace("%scenarios%", Object.keys(scenarios).join(", ")));
    return;
  }
  if (process.platform !== "linux")
    throw new Error("the benchmark reads CPU times from /proc: it needs Linux");
  const environment = await openEnvironment(options);
  try {
    const tables = await runAll(environment, options.only ?? environment.profile.scenarios);
    await publish(environment, options, args, tables);
  } finally {
    await environment.close();
  }
}

async function runAll(environment: Environment, names: readonly string[]): Promise<Table[]> {
  const tables: Table[] = [];
  for (const name of names) {
    const started = performance.now();
    tables.push(await scenarios[name as ScenarioName](environment));
    environment.log(`${name}: ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  }
  return tables;
}

async function publish(
  environment: Environment,
  options: BenchOptions,
  args: readonly string[],
  tables: readonly Table[],
): Promise<void> {
  const shown = args.filter((argument) => argument !== "--write");
  const report: Report = {
    machine: describeMachine(environment.cores),
    command: ["npm run bench", ...(shown.length === 0 ? [] : ["--", ...shown])].join(" "),
    date: new Date().toISOString().slice(0, 10),
    notes: environment.notes,
    tables,
  };
  console.log(renderReport(report));
  const micro = tables.find(({ id }) => id === "micro");
  if (micro !== undefined && options.setBaseline) {
    if (!isComparable(environment)) throw new Error(`--set-baseline is for ${comparable}`);
    await setBaseline(micro);
  }
  if (micro !== undefined) console.log(`\n${await verdictOn(environment, micro)}`);
  if (options.write) await writeReport(report);
}

async function verdictOn(environment: Environment, micro: Table): Promise<string> {
  if (isComparable(environment)) return compareWithBaseline(micro);
  return `hot path: not compared with the baseline, which is of ${comparable}`;
}

function isComparable({ profile, native, steersReceiving, staysAwake }: Environment): boolean {
  return profile.micro === fullProfile.micro && native.floor !== undefined && steersReceiving && staysAwake;
}
