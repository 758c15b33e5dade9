import type { ReadyStream } from "./frame-writer.ts";
import { touch } from "./stream-internals.ts";

/** Few enough that what was read is still in the processor's cache when it is needed. */
export const lookAheadCount = 32;

/** Only so that the reading is not optimized away. */
const seen = { busy: 0 };

/**
 * Reads, for the next few connections, what writing to each will read. Thousands of them lie far apart in memory: one
 * after the other, with a system call between, the processor waits for each; read together, it fetches them at once.
 */
export function lookAhead(connections: readonly ReadyStream[], from: number): void {
  const end = Math.min(from + lookAheadCount, connections.length);
  for (let index = from; index < end; index++) {
    const { stream } = connections[index] as ReadyStream;
    if (stream !== undefined && touch(stream)) seen.busy++;
  }
}
