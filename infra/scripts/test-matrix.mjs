import "./check-node.mjs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure, main } from "./commands.mjs";
import { findRedis } from "./find-redis.mjs";
import { cells } from "./matrix/cells.mjs";
import { runCell } from "./matrix/run-cell.mjs";
import { toTable, writeTable } from "./matrix/table.mjs";
import { setUp } from "./setup.mjs";
import { ensure } from "./system-packages.mjs";

/**
 * Runs the socket tests with each engine, with the newest versions of what it runs on, and on newer Nodes.
 * `--only stock,node-24`: some of the runs. `--markdown FILE`: writes the results into a document. What else is given
 * chooses test files, as jest takes it.
 */
function readArguments() {
  const options = { only: { type: "string" }, markdown: { type: "string" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const names = values.only?.split(",") ?? cells.map(({ name }) => name);
  const unknown = names.filter((name) => !cells.some((cell) => cell.name === name));
  if (unknown.length > 0)
    throw new Failure(`no such run: ${unknown}; there are ${cells.map(({ name }) => name).join(", ")}`);
  if (values.markdown !== undefined && positionals.length > 0)
    throw new Failure("a part of the tests is no result to write down");
  return { chosen: cells.filter(({ name }) => names.includes(name)), ...values, patterns: positionals };
}

async function runAll(chosen, options) {
  const results = [];
  for (const cell of chosen) {
    console.log(`\n── ${cell.name}`);
    const result = await runCell(cell, options);
    results.push(result);
    if (options.markdown !== undefined) await writeTable(options.markdown, [result]);
  }
  return results;
}

await main(async () => {
  const { chosen, markdown, patterns } = readArguments();
  // Fails now, and not when all has run, if there is no place for the results.
  if (markdown !== undefined) await writeTable(markdown, []);
  await ensure("compiler");
  await setUp();
  await findRedis();
  await ensure("nginx", "haproxy");
  const temporary = await mkdtemp(join(tmpdir(), "roomcast-matrix-"));
  try {
    const results = await runAll(chosen, { temporary, patterns, markdown });
    console.log(`\n${toTable(results)}`);
    return results.every(({ hasPassed }) => hasPassed) ? 0 : 1;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});
