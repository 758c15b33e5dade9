import { closeSync, openSync, writeSync } from "node:fs";

/** While this file is open, no core sleeps so deeply that it wakes up later than the written microseconds. */
const latencyLimit = "/dev/cpu_dma_latency";

const noMicroseconds = Buffer.alloc(4);

/**
 * Keeps idle cores from sleeping. Whoever sends data to a sleeping core pays for the interrupt that wakes it,
 * which is expensive on a virtual machine. Returns a function that lets the cores sleep again; the end of the
 * process does so too. Returns undefined where it is not allowed.
 *
 * Source: https://docs.kernel.org/power/pm_qos_interface.html
 */
export function keepCoresAwake(file = latencyLimit): (() => void) | undefined {
  try {
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, noMicroseconds);
    return () => closeSync(descriptor);
  } catch {
    // Not root, or the kernel does not have this file.
    return undefined;
  }
}
