import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { temporaryFolder } from "@roomcast/testkit";
import { keepCoresAwake } from "../bench/awake-cores.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder("roomcast-awake-");
});
afterEach(() => folder.remove());

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("cores are kept awake", () => {
  test("by the four bytes Linux wants, for as long as the file is open", () => {
    const file = join(folder.path, "cpu_dma_latency");
    writeFileSync(file, "");
    const letSleep = keepCoresAwake(file);
    expect([...readFileSync(file)]).toEqual([0, 0, 0, 0]);
    expect(openFiles()).toContain(file);
    letSleep?.();
    expect(openFiles()).not.toContain(file);
  });

  test("only where that is allowed", () => {
    expect(keepCoresAwake(join(folder.path, "none"))).toBeUndefined();
  });
});

function openFiles(): string[] {
  const folder = "/proc/self/fd";
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(join(folder, descriptor))];
    } catch {
      // The one that this folder was read by.
      return [];
    }
  });
}
