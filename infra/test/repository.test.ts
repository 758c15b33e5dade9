import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Manifest {
  description?: string;
  license?: string;
  files?: string[];
  engines?: { node: string };
  exports: Record<string, Record<string, string>>;
}
const manifest = (folder: string) => JSON.parse(read(join(folder, "package.json"))) as Manifest;

/** Those that other people's code imports. */
const packages = readdirSync(join(root, "packages")).filter((name) => name !== "testkit");

describe.each(packages)("the package %s", (name) => {
  const folder = join("packages", name);
  const { description, license, files, exports } = manifest(folder);

  test("says what it is, and under which license", () => {
    expect(description).toMatch(/\.$/);
    expect(license).toBe("MIT");
  });

  test("has every file that it exports, in the folders that are packed", () => {
    const targets = Object.values(exports).flatMap((conditions) => Object.values(conditions));
    expect(targets.filter((target) => !existsSync(join(root, folder, target)))).toEqual([]);
    expect(targets.filter((target) => !files?.includes(target.split("/")[1] ?? ""))).toEqual([]);
  });
});

test("continuous integration runs what contributors run, also on the oldest Node that is supported", () => {
  const workflow = read(".github/workflows/ci.yml");
  const oldest = read(".nvmrc").trim();
  expect(`>=${oldest}`).toBe(manifest(".").engines?.node);
  expect(workflow).toMatch(new RegExp(`node: \\[${oldest}, \\d+\\]`));
  expect(workflow).toContain("run: .ci/run\n");
});
