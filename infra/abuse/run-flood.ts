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

/** The limits that a flood must not exceed. */
export const bounds = { extraHeapBytes: 50 * 1_048_576, extraMedianMs: 20 } as const;

/** One line of the table. */
export interface FloodRow {
  title: string;
  done: Done;
  /** Growth of the heap after garbage collection, in the process with the largest growth. */
  extraHeapBytes: number;
  quietMs: number;
  floodedMs: number;
  /** Empty if the flood passed. */
  failures: readonly string[];
}

/** The size of a flood. */
export interface FloodSize {
  seconds: number;
  packets: number;
}

/** The memory of ended connections is freed within this time, some of it by timers. */
const settleMs = 15_000;

/** Runs one flood against new processes, together with a watcher. */
export async function runFlood(flood: Flood, size: FloodSize, run: Run): Promise<FloodRow> {
  const servers = await startServers(run);
  const watcher = await Watcher.start(run, servers);
  const target: FloodTarget = { ...size, ...places(servers) };
  // The first events warm up the compiled code.
  await delay(2_000);
  watcher.takeMedian();
  await delay(Math.max(2_000, size.seconds * 250));
  const quietMs = watcher.takeMedian();
  // The beginning of a flood fills caches.
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
 * Gives the flood a low priority: an attacker has a machine of its own, so the flood takes only the time that the server,
 * Redis and the watcher leave. Linux divides the cores among sessions first, so the session gets a low priority too.
 */
async function giveWay({ pid }: PrivateProcess): Promise<void> {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  await writeFile(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_BELOW_NORMAL)).catch(
    () => undefined,
  );
}

/** Parses the last line that a flood prints. */
function doneOf({ output }: PrivateProcess): Done {
  const line = output.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Done;
  } catch {
    throw new Error(`the flood failed: ${output}`);
  }
}

/**
 * Measures the heaps of the processes. With `before`, repeats until they are within the limit, at most 15 s.
 */
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
