import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

test("nothing of other packages is imported but types, and React by its own entry, so that a bundle stays small", async () => {
  const folder = join(import.meta.dirname, "../src");
  const files = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const text = await readFile(join(folder, file), "utf8");
    const imports = text.matchAll(/^(?:import|export) (?!type ).*? from "([^."][^"]*)"/gms);
    found.push(...[...imports].map(([, name]) => `${file}: ${name}`));
  }
  expect(found.filter((one) => !/^react\/.*: react$/.test(one))).toEqual([]);
  expect(found.length).toBeGreaterThan(0);
});
