import { writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type PrivateProcess, type RoomcastProcess, startProcess } from "@roomcast/testkit";
import { findModule } from "../faults/modules.ts";
import { megabytes } from "../faults/probe.ts";
import type { Run } from "../faults/scenario.ts";
import type { Done, Flood, FloodTarget } from "./flood.ts";
import { type Servers, startServers } from "./servers.ts";
import { Watcher } from "./watcher.ts";

/** What a flood may take. */
export const bounds = { extraHeapBytes: 50 * 1_048_576, extraMedianMs: 20 } as const;

/** One line of the table. */
export interface FloodRow {
  title: string;
  done: Done;
  /** Heap after a garbage collection, of the process that it grew most in. */
  extraHeapBytes: number;
  quietMs: number;
  floodedMs: number;
  /** Empty if all is well. */
  failures: readonly string[];
}

/** How long a flood takes. */
export interface FloodSize {
  seconds: number;
  packets: number;
}

/** What connections leave behind is let go of when they have ended, some of it by a timer. */
const settleMs = 15_000;

/** Runs one flood beside a watcher, against processes of its own. */
export async function runFlood(flood: Flood, size: FloodSize, run: Run): Promise<FloodRow> {
  const servers = await startServers(run);
  const watcher = await Watcher.start(run, servers);
  const target: FloodTarget = { ...size, ...places(servers) };
  // The first events have the code compiled.
  await delay(2_000);
  watcher.takeMedian();
  await delay(Math.max(2_000, size.seconds * 250));
  const quietMs = watcher.takeMedian();
  // The first of a flood fill caches.
  await (await begin(flood, { ...target, seconds: 1, packets: size.packets / 100 }, run)).exited;
  const heapBefore = await settledHeap(servers);
  watcher.takeMedian();
  const attack = await begin(flood, target, run);
  await attack.exited;
  const floodedMs = watcher.takeMedian();
  const heapAfter = await settledHeap(servers, heapBefore);
  const extraHeapBytes = Math.max(...heapAfter.map((bytes, index) => bytes - (heapBefore[index] ?? 0)));
  const failures = [
    ...ended(servers),
    ...(await watcher.stop()),
    ...(extraHeapBytes <= bounds.extraHeapBytes ? [] : [`the heap grew by ${megabytes(extraHeapBytes)}`]),
    ...(floodedMs <= quietMs + bounds.extraMedianMs ? [] : ["the watcher was held up"]),
  ];
  return { title: flood.title, done: doneOf(attack), extraHeapBytes, quietMs, floodedMs, failures };
}

function places({ realtime, api, authoriserPort, room, since }: Servers) {
  return { url: realtime.url, apiUrl: api.url, authoriserPort, room, since };
}

async function begin(flood: Flood, target: FloodTarget, run: Run): Promise<PrivateProcess> {
  const program = fileURLToPath(findModule("../abuse/flood-process"));
  const args = [program, flood.name, JSON.stringify(target), String(run.random.between(0, 2 ** 31))];
  const started = await startProcess(process.execPath, ["--enable-source-maps", ...args]);
  run.onEnd(() => started.stop());
  await giveWay(started);
  return started;
}

/**
 * An attacker has machines of its own: the flood takes only what the server, Redis and the watcher leave of this one. Linux
 * shares cores out among sessions first, so that the session gives way too where that can be told.
 */
async function giveWay({ pid }: PrivateProcess): Promise<void> {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  await writeFile(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_BELOW_NORMAL)).catch(
    () => undefined,
  );
}

/** The last line that a flood prints. */
function doneOf({ output }: PrivateProcess): Done {
  const line = output.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Done;
  } catch {
    throw new Error(`the flood failed: ${output}`);
  }
}

/** The heaps of the processes; with those before, asks again until they are back within the bound, or for 15 s. */
async function settledHeap({ probe, ...servers }: Servers, before?: readonly number[]): Promise<number[]> {
  const untilMs = performance.now() + settleMs;
  for (;;) {
    const all = await Promise.all(processes(servers).map((one) => probe.ask([one])));
    const heaps = all.map(({ heapBytes }) => heapBytes);
    const isBack = heaps.every((bytes, index) => bytes - (before?.[index] ?? bytes) <= bounds.extraHeapBytes);
    if (isBack || performance.now() > untilMs) return heaps;
    await delay(1_000);
  }
}

function processes({ realtime, api }: Pick<Servers, "realtime" | "api">): RoomcastProcess[] {
  return [realtime, api];
}

function ended(servers: Servers): string[] {
  return processes(servers)
    .filter(({ process }) => process.hasExited)
    .map(({ process }) => `a process ended: ${process.output.slice(-2_000)}`);
}
