import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import "./check-node.mjs";
import { failuresFolder, localProgram, main, runVisibly } from "./commands.mjs";
import { findRedis } from "./find-redis.mjs";
import { setUp } from "./setup.mjs";
import { ensure } from "./system-packages.mjs";

/** The steps of `npm test`. Arguments go to turbo: `npm test -- --filter=@roomcast/events`. */
const steps = [
  { name: "format and lint", command: localProgram("biome"), args: ["check", "--error-on-warnings"] },
  { name: "typed lint", command: localProgram("oxlint"), args: ["--type-aware", "--deny-warnings"] },
  {
    name: "types and tests",
    command: localProgram("turbo"),
    args: [
      "run",
      "typecheck",
      "test",
      "--concurrency=2",
      "--continue=dependencies-successful",
      "--output-logs=new-only",
      ...process.argv.slice(2),
    ],
  },
];

/** Runs every step, even after a failure, so that one run shows all problems. A signal ends it. */
async function runSteps() {
  const results = [];
  for (const { name, command, args } of steps) {
    console.log(`\n── ${name}`);
    const started = performance.now();
    const code = await runVisibly(command, args);
    results.push({ name, code, seconds: (performance.now() - started) / 1000 });
    if (code > 128) break;
  }
  return results;
}

/** Repeats the failures at the end, because thousands of lines of other workspaces may follow them. */
function printFailures() {
  if (!existsSync(failuresFolder)) return;
  for (const name of readdirSync(failuresFolder)) {
    console.log(`\n── failed tests of ${name.replace(/\.txt$/, "")}`);
    console.log(readFileSync(`${failuresFolder}/${name}`, "utf8"));
  }
}

function printSummary(results) {
  console.log("\n── summary");
  for (const { name, code, seconds } of results) {
    console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name} (${seconds.toFixed(1)} s)`);
  }
}

await main(async () => {
  // The compiler comes first, because the setup uses it.
  await ensure("compiler");
  await setUp();
  console.log(`Redis for the tests: ${await findRedis()}`);
  await ensure("nginx", "haproxy", "chromium");
  rmSync(failuresFolder, { recursive: true, force: true });
  const results = await runSteps();
  printFailures();
  printSummary(results);
  return results.every(({ code }) => code === 0) ? 0 : 1;
});
