import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

test("only types are imported from other packages, but for the protocol and React by its own entry, so that a bundle stays small", async () => {
  const folder = join(import.meta.dirname, "../src");
  const files = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const text = await readFile(join(folder, file), "utf8");
    const imports = text.matchAll(/^(?:import|export) (?!type ).*? from "([^."][^"]*)"/gms);
    found.push(...[...imports].map(([, name]) => `${file}: ${name}`));
  }
  expect(found.filter((one) => !/^react\/.*: react$|: @roomcast\/protocol$/.test(one))).toEqual([]);
  expect(found.length).toBeGreaterThan(0);
});
