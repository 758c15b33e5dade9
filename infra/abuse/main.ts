import { writeFile } from "node:fs/promises";
import { Random } from "@roomcast/testkit";
import type { Flood } from "./flood.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { type FloodRow, runFlood } from "./run-flood.ts";
import { toLine, toMarkdown } from "./table.ts";

const nothing = { done: {}, extraHeapBytes: 0, quietMs: 0, floodedMs: 0 };

process.exit(await main(process.argv.slice(2)));

/** Runs the chosen floods and returns the exit code: 0 if all passed. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.isHelp) {
    console.log(usage);
    return 0;
  }
  console.log(`seed ${options.seed}, ${options.seconds} s each`);
  const rows: FloodRow[] = [];
  for (const flood of options.floods) {
    rows.push(await runAlone(flood, options));
    console.log(toLine(rows.at(-1) as FloodRow));
  }
  const table = toMarkdown(rows);
  console.log(`\n${table}`);
  if (options.markdown !== undefined) await writeFile(options.markdown, table);
  return rows.every(({ failures }) => failures.length === 0) ? 0 : 1;
}

/** Runs one flood and ends everything that it started. A flood that throws becomes a failed row. */
async function runAlone(flood: Flood, options: Options): Promise<FloodRow> {
  const ends: (() => unknown)[] = [];
  const run = {
    random: new Random(options.seed),
    isQuick: false,
    env: {},
    say: (text: string) => console.log(`  ${text}`),
    onEnd: (end: () => unknown) => void ends.unshift(end),
  };
  const row = await runFlood(flood, options, run).catch((error: Error) => ({
    ...nothing,
    title: flood.title,
    failures: [error.message],
  }));
  for (const end of ends) await end();
  return row;
}
