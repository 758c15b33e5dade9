import { readFileSync, writeFileSync } from "node:fs";

/** Where Linux keeps what is set here. */
export interface SteeringFiles {
  /** The cores that take over what was received on loopback, as a mask; "0" leaves it to the sender's. */
  cores: string;
  /** How many packets may wait for such a core; more are dropped, and TCP sends them again later. */
  backlog: string;
}

const systemFiles: SteeringFiles = {
  cores: "/sys/class/net/lo/queues/rx-0/rps_cpus",
  backlog: "/proc/sys/net/core/netdev_max_backlog",
};

/** More than a round of a measurement sends; Linux has 1,000, fewer than there are clients. */
const backlog = "100000";

/**
 * On loopback, Linux does the receiver's part of TCP within the sender's `send()`: a server would be charged with what
 * the machines of its clients do. Receive packet steering gives that to the load generator's core. Returns what puts
 * everything back as it was, which also happens when the process ends; undefined where it is not allowed.
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
    // Not root, or a kernel without it.
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

/** Returns what writes back what was there. */
function replace(file: string, text: string): () => void {
  const before = readFileSync(file, "utf8");
  writeFileSync(file, text);
  return () => writeFileSync(file, before);
}

function end(): void {
  process.exit(1);
}

/** Groups of 32 bits in hexadecimal, the highest first. */
function maskOf(core: number): string {
  const lower = Array.from({ length: Math.floor(core / 32) }, () => "00000000");
  return [(2 ** (core % 32)).toString(16), ...lower].join(",");
}
