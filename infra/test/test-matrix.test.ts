import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["infra/scripts/test-matrix.mjs", ...args], { cwd: root });

describe("`npm run test:matrix`", () => {
  test("names its runs when it is asked for another", async () => {
    const refused = run("--only", "stock,nothing").catch((error: { stderr: string }) => error.stderr);
    expect(await refused).toContain("no such run: nothing; there are compact, stock, stock-newest, node-22");
  });

  test("writes no document from a part of the tests, or without a place for the table", async () => {
    for (const [args, reason] of [
      [["--markdown", "docs/operations.md", "poll-answers"], "a part of the tests is no result"],
      [["--markdown", "README.md"], "README.md has no place for the table"],
    ] as const) {
      const refused = run(...args).catch((error: { stderr: string }) => error.stderr);
      expect(await refused).toContain(reason);
    }
  });

  test("has a place for its table in the documentation", async () => {
    const text = await readFile(`${root}/docs/operations.md`, "utf8");
    expect(text).toMatch(/<!-- npm run test:matrix -->[\s\S]*<!-- end of npm run test:matrix -->/);
  });
});
