import { setMaxListeners } from "node:events";
import { writeFile } from "node:fs/promises";
import { type Options, readOptions, usage } from "./options.ts";
import { runScenario } from "./run-scenario.ts";
import { isPassed, type Row, type Scenario } from "./scenario.ts";
import { mutants, scenarios } from "./scenarios.ts";
import { toLine, toMarkdown } from "./table.ts";
import { writeHistories } from "./write-histories.ts";

// One signal ends the behaviours of a whole swarm, so it has many listeners.
setMaxListeners(0);

process.exit(await main(process.argv.slice(2)));

/** Runs the chosen scenarios and returns the exit code: 0 if all passed. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.isHelp) {
    console.log(`${usage}\n\nScenarios: ${namesOf(scenarios)}\nMutants: ${namesOf(mutants)}`);
    return 0;
  }
  const { seed, isQuick, env, markdown, histories } = options;
  console.log(`seed ${seed}${isQuick ? ", quick" : ""}`);
  const rows: Row[] = [];
  for (const scenario of chosen(options)) {
    const row = await runScenario(scenario, { seed, isQuick, env, say: (text) => console.log(text) });
    console.log(`${toLine(row)}\n`);
    if (histories !== undefined) await writeHistories(row, histories);
    rows.push(withoutHistory(row));
  }
  const table = toMarkdown(rows);
  console.log(`seed ${seed}\n\n${table}`);
  if (markdown !== undefined) await writeFile(markdown, table);
  return rows.every(isPassed) ? 0 : 1;
}

/** Histories are large, so drop them once they are written. */
function withoutHistory(row: Row): Row {
  const { history: _history, ...rest } = row;
  return rest;
}

/** The named scenarios, or all without names; with `--mutant`, only mutants. */
function chosen({ only, isMutant }: Options): Scenario[] {
  const all = isMutant ? mutants : [...scenarios, ...mutants];
  const unknown = only?.filter((name) => !all.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`there is no ${isMutant ? "mutant" : "scenario"} ${unknown.join(", ")}: ${namesOf(all)}`);
  }
  return all.filter(({ name }) => only?.includes(name) ?? true);
}

function namesOf(some: readonly Scenario[]): string {
  return some.map(({ name }) => name).join(", ");
}
