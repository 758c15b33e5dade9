import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { temporaryFolder } from "@roomcast/testkit";
import { steerReceiving } from "../bench/receive-steering.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder("roomcast-steering-");
  file = join(folder.path, "rps_cpus");
  writeFileSync(file, "2\n");
});
afterEach(() => folder.remove());

test.each([
  [0, "1"],
  [3, "8"],
  [33, "2,00000000"],
])("what was received goes to core %i, and back to where it went", (core, mask) => {
  const restore = steerReceiving(core, file);
  expect(readFileSync(file, "utf8")).toBe(mask);
  restore?.();
  expect(readFileSync(file, "utf8")).toBe("2\n");
});

test("nothing is steered where that is not allowed, or nothing is pinned", () => {
  expect(steerReceiving(0, join(folder.path, "none"))).toBeUndefined();
  expect(steerReceiving(undefined, file)).toBeUndefined();
  expect(readFileSync(file, "utf8")).toBe("2\n");
});
