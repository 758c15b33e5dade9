import { closeSync, openSync, writeSync } from "node:fs";

/** While this is open, no core rests in a state that takes longer to leave than the microseconds written into it. */
const latencyLimit = "/dev/cpu_dma_latency";

const noMicroseconds = Buffer.alloc(4);

/**
 * Keeps idle cores from sleeping. A sleeping one has to be interrupted for whatever comes, which whoever sends it pays
 * for, dearly on a virtual machine. Returns what lets them sleep again, as they may once the process ends; undefined
 * where it is not allowed.
 *
 * Source: https://docs.kernel.org/power/pm_qos_interface.html
 */
export function keepCoresAwake(file = latencyLimit): (() => void) | undefined {
  try {
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, noMicroseconds);
    return () => closeSync(descriptor);
  } catch {
    // Not root, or a kernel without it.
    return undefined;
  }
}
