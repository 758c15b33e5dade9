import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { Failure, runVisibly, toolEnv } from "../commands.mjs";
import { newestCheckout, pinnedCheckout, versionsIn } from "./checkouts.mjs";
import { getNode } from "./node-versions.mjs";

/** Failed tests that a row names. */
const mostNames = 3;

const checkouts = { pinned: pinnedCheckout, newest: newestCheckout };

/** Runs the socket tests of one cell; `patterns` for a part of them. What cannot be had or run has not passed. */
export async function runCell(cell, { temporary, patterns }) {
  const date = new Date().toISOString().slice(0, 10);
  try {
    const folder = await checkouts[cell.versions](temporary);
    const node = cell.node === undefined ? process.execPath : await getNode(cell.node, temporary);
    const { stdout } = await promisify(execFile)(node, ["--version"]);
    const tests = await runTests({ engine: cell.engine, folder, node, temporary }, patterns);
    const versions = await versionsIn(folder);
    return { ...cell, date, versions, nodeVersion: stdout.trim().slice(1), ...tests };
  } catch (error) {
    console.error(error);
    const result = `not run: ${error.message}`;
    return { ...cell, date, versions: {}, nodeVersion: "", hasPassed: false, result };
  }
}

/** Runs the tests, and the files that failed once more by themselves: a machine may be busy with something else. */
async function runTests(where, patterns) {
  const first = await runJest(where, patterns);
  const failed = first.filter(({ status }) => status !== "passed").map(({ name }) => name);
  const again =
    failed.length === 0 ? [] : await runJest(where, ["--maxWorkers=1", "--runTestsByPath", ...failed]);
  return summaryOf([...first.filter(({ status }) => status === "passed"), ...again], failed.length);
}

/** Resolves with what Jest reports of each file. */
async function runJest({ engine, folder, node, temporary }, args) {
  const jest = join(folder, "node_modules", "jest", "bin", "jest.js");
  const report = join(temporary, "report.json");
  const flags = ["--experimental-vm-modules", "--no-warnings=ExperimentalWarning"];
  // The project "stock" would run its few files once more.
  const own = ["--selectProjects", "default", "--json", `--outputFile=${report}`];
  await rm(report, { force: true });
  const code = await runVisibly(node, [...flags, jest, ...own, ...args], {
    cwd: join(folder, "apps", "realtime"),
    env: { ...toolEnv(), PATH: [dirname(node), toolEnv().PATH].join(delimiter), WS_ENGINE: engine },
    // The report goes to standard output, too.
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (code > 128) throw new Failure("the tests were ended by a signal");
  return JSON.parse(await readFile(report, "utf8")).testResults;
}

function summaryOf(files, repeated) {
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName);
  const hasPassed = passed > 0 && failed.length === 0 && files.every(({ status }) => status === "passed");
  const note = repeated === 0 ? "" : `; ${repeated} files ran twice`;
  if (hasPassed) return { hasPassed, result: `passed, ${passed} tests${note}` };
  const names = failed.slice(0, mostNames).join("; ");
  return { hasPassed, result: `failed, ${passed} of ${tests.length} tests passed${note}: ${names}` };
}
