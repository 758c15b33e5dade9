import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { failuresFolder } from "../scripts/commands.mjs";

/** Saves a workspace's failures, so that `npm test` can print them at the end. */
export default class FailureReporter {
  #workspace;

  constructor({ rootDir }) {
    this.#workspace = basename(rootDir);
  }

  onRunComplete(_contexts, { testResults }) {
    const failures = testResults.flatMap(({ testFilePath, failureMessage }) =>
      failureMessage ? [`${testFilePath}\n${failureMessage}`] : [],
    );
    if (failures.length === 0) return;
    mkdirSync(failuresFolder, { recursive: true });
    writeFileSync(`${failuresFolder}/${this.#workspace}.txt`, failures.join("\n"));
  }
}
