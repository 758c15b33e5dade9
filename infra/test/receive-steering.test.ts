import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { temporaryFolder } from "@roomcast/testkit";
import { type SteeringFiles, steerReceiving } from "../bench/receive-steering.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: SteeringFiles;
beforeEach(async () => {
  folder = await temporaryFolder("roomcast-steering-");
  files = { cores: join(folder.path, "rps_cpus"), backlog: join(folder.path, "netdev_max_backlog") };
  writeFileSync(files.cores, "2\n");
  writeFileSync(files.backlog, "1000\n");
});
afterEach(() => folder.remove());

const settings = () => [readFileSync(files.cores, "utf8"), readFileSync(files.backlog, "utf8")];

test.each([
  [0, "1"],
  [3, "8"],
  [33, "2,00000000"],
])("what was received goes to core %i, and back to where it went", (core, mask) => {
  const restore = steerReceiving(core, files);
  expect(settings()).toEqual([mask, "100000"]);
  restore?.();
  expect(settings()).toEqual(["2\n", "1000\n"]);
});

test("nothing is changed where that is not allowed, or nothing is pinned", () => {
  expect(steerReceiving(0, { ...files, cores: join(folder.path, "none", "none") })).toBeUndefined();
  expect(steerReceiving(undefined, files)).toBeUndefined();
  expect(settings()).toEqual(["2\n", "1000\n"]);
});
