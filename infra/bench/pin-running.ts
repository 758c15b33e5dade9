import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Pins a running process and all its threads to a core. */
export async function pinRunning(pid: number, core: number | undefined): Promise<void> {
  if (core === undefined) return;
  await promisify(execFile)("taskset", ["--all-tasks", "--cpu-list", "--pid", String(core), String(pid)]);
}
