import { readFileSync, writeFileSync } from "node:fs";

/** Which cores take over what was received on loopback, as a mask; "0" leaves it to the sender's. */
const loopbackFile = "/sys/class/net/lo/queues/rx-0/rps_cpus";

/**
 * On loopback, Linux does the receiver's part of TCP within the sender's `send()`: a server would be charged with what
 * the machines of its clients do. Receive packet steering gives that to the load generator's core. Returns what puts it
 * back as it was, which also happens when the process ends; undefined where it is not allowed.
 *
 * Source: https://docs.kernel.org/networking/scaling.html#rps-receive-packet-steering
 */
export function steerReceiving(core: number | undefined, file = loopbackFile): (() => void) | undefined {
  if (core === undefined) return undefined;
  try {
    const before = readFileSync(file, "utf8");
    writeFileSync(file, maskOf(core));
    const restore = () => writeFileSync(file, before);
    process.once("exit", restore).once("SIGINT", end).once("SIGTERM", end);
    return () => {
      process.off("exit", restore).off("SIGINT", end).off("SIGTERM", end);
      restore();
    };
  } catch {
    // Not root, or a kernel without it.
    return undefined;
  }
}

function end(): void {
  process.exit(1);
}

/** Groups of 32 bits in hexadecimal, the highest first. */
function maskOf(core: number): string {
  const lower = Array.from({ length: Math.floor(core / 32) }, () => "00000000");
  return [(2 ** (core % 32)).toString(16), ...lower].join(",");
}
