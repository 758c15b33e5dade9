import { readFileSync, writeFileSync } from "node:fs";

/** The files in which Linux keeps these settings. */
export interface SteeringFiles {
  /** A mask of the cores that process packets received on loopback; "0" means the sender's core. */
  cores: string;
  /** How many packets may wait for such a core. Linux drops further ones, and TCP sends them again later. */
  backlog: string;
}

const systemFiles: SteeringFiles = {
  cores: "/sys/class/net/lo/queues/rx-0/rps_cpus",
  backlog: "/proc/sys/net/core/netdev_max_backlog",
};

/** More than one round of a measurement sends. Linux' default of 1,000 is fewer than the clients. */
const backlog = "100000";

/**
 * On loopback, Linux does the receiver's part of TCP within the sender's `send()`. The server would then be
 * charged for work of its clients' machines. Receive packet steering moves that work to the load generator's
 * core. Returns a function that restores the settings, which also happens when the process ends. Returns
 * undefined where it is not allowed.
 *
 * Source: https://docs.kernel.org/networking/scaling.html#rps-receive-packet-steering
 */
export function steerReceiving(core: number | undefined, files = systemFiles): (() => void) | undefined {
  if (core === undefined) return undefined;
  const undo: (() => void)[] = [];
  try {
    undo.push(replace(files.backlog, backlog));
    undo.push(replace(files.cores, maskOf(core)));
  } catch {
    // Not root, or the kernel does not have these files.
    for (const restore of undo) restore();
    return undefined;
  }
  const restoreAll = () => {
    for (const restore of undo) restore();
  };
  process.once("exit", restoreAll).once("SIGINT", end).once("SIGTERM", end);
  return () => {
    process.off("exit", restoreAll).off("SIGINT", end).off("SIGTERM", end);
    restoreAll();
  };
}

/** Replaces a file's text and returns a function that restores it. */
function replace(file: string, text: string): () => void {
  const before = readFileSync(file, "utf8");
  writeFileSync(file, text);
  return () => writeFileSync(file, before);
}

function end(): void {
  process.exit(1);
}

/** Formats groups of 32 bits in hexadecimal, the highest first. */
function maskOf(core: number): string {
  const lower = Array.from({ length: Math.floor(core / 32) }, () => "00000000");
  return [(2 ** (core % 32)).toString(16), ...lower].join(",");
}
