import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import type { SendAll } from "./descriptor-writer.ts";

const addonPath = "../../native/send-all.node";

/** One call into C for all (`native/send-all.c`); undefined where there was no compiler, or one for another machine. */
export function loadAddon(): SendAll | undefined {
  try {
    return (createRequire(import.meta.url)(addonPath) as { sendAll: SendAll }).sendAll;
  } catch {
    return undefined;
  }
}

/** The same by a public function of Node, a call for each. */
export function sendToEach(fds: Int32Array, count: number, bytes: Uint8Array): number {
  let whole = 0;
  for (let index = 0; index < count; index++) {
    const taken = write(fds[index] as number, bytes);
    fds[index] = taken;
    if (taken === bytes.length) whole++;
  }
  return whole;
}

/** How many bytes the kernel took; -1 if it has no room, or the connection has ended. */
function write(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes, 0, bytes.length);
  } catch {
    return -1;
  }
}
