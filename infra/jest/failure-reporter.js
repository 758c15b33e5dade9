import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { failuresFolder } from "../scripts/commands.mjs";

/** Keeps what failed in a workspace for the end of `npm test`, where nothing buries it. */
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
