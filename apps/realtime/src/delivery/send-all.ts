import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import type { SendAll } from "./descriptor-writer.ts";

const addonPath = "../../native/send-all.node";

/**
 * Sends to all sockets by one call into C (`native/send-all.c`). Undefined if the addon was not built, or was
 * built for another machine.
 */
export function loadAddon(): SendAll | undefined {
  try {
    return (createRequire(import.meta.url)(addonPath) as { sendAll: SendAll }).sendAll;
  } catch {
    return undefined;
  }
}

/** Does the same by a public function of Node, with one call for each socket. */
export function sendToEach(fds: Int32Array, count: number, bytes: Uint8Array): number {
  let whole = 0;
  for (let index = 0; index < count; index++) {
    const taken = write(fds[index] as number, bytes);
    fds[index] = taken;
    if (taken === bytes.length) whole++;
  }
  return whole;
}

/** How many bytes the kernel took; -1 if its buffer is full or the connection has ended. */
function write(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes, 0, bytes.length);
  } catch {
    return -1;
  }
}
