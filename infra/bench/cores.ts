import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { findProgram } from "@roomcast/testkit";

/** The CPU core of each side of a measurement; undefined where processes cannot be pinned. */
export interface Cores {
  /** The server under test, alone. */
  server: number | undefined;
  /** The load generator. */
  load: number | undefined;
  /** Publishers and Redis; the load generator's core if there are only two. */
  feed: number | undefined;
  /** How many cores may be used. */
  count: number;
}

/** Assigns the cores that this process may use. The server gets the last one, farthest from interrupts. */
export async function chooseCores(): Promise<Cores> {
  const allowed = allowedCores();
  const count = allowed.length || cpus().length;
  const canPin = (await findProgram("taskset")) !== undefined && allowed.length > 1;
  if (!canPin) return { server: undefined, load: undefined, feed: undefined, count };
  const [server, load, feed = load] = allowed.toReversed();
  return { server, load, feed, count };
}

/** Returns the command line that runs a program on a core. */
export function pinned(core: number | undefined, command: readonly string[]): string[] {
  return core === undefined ? [...command] : ["taskset", "--cpu-list", String(core), ...command];
}

/** Parses Linux' list of cores, such as `0-3,8`. Empty on other systems. */
function allowedCores(): number[] {
  const status = readStatus();
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
  if (list === undefined) return [];
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function readStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    // Not Linux.
    return "";
  }
}
