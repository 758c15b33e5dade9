import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram, temporaryFolder } from "@roomcast/testkit";
import type { Run } from "./scenario.ts";

/**
 * Returns the environment of a Redis whose wall clock runs `speed` times as fast.
 * Throws without a C compiler.
 */
export async function fastClock(run: Run, speed: number): Promise<Record<string, string>> {
  const compiler = await findProgram("cc", "gcc", "clang");
  if (compiler === undefined) throw new Error("a fast clock for Redis needs a C compiler: install gcc");
  const folder = await temporaryFolder("roomcast-clock-");
  run.onEnd(folder.remove);
  const library = join(folder.path, "fast-clock.so");
  await promisify(execFile)(compiler, ["-O2", "-shared", "-fPIC", "-o", library, findSource()]);
  return { LD_PRELOAD: library, FAST_CLOCK: String(speed) };
}

/** Works from the build and from the sources. */
function findSource(): string {
  const candidates = ["./native/fast-clock.c", "../../faults/native/fast-clock.c"];
  const found = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync);
  if (found === undefined) throw new Error("the source of the fast clock is missing");
  return found;
}
