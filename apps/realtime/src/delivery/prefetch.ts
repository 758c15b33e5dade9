import { handleOf } from "../socketio/stream-internals.ts";
import type { ReadyStream } from "./frame-writer.ts";

/** Few enough that what was read is still in the processor's cache when it is needed. */
export const prefetchCount = 32;

/** Only so that the reading is not optimized away. */
const seen = { unusual: 0 };

/**
 * Reads, for the next few connections, what writing to each will read. Thousands of them lie far apart in memory: one
 * after the other, with a system call between, the processor waits for each; read together, it fetches them at once. So
 * each loop reads one step further, and does little else.
 */
export function prefetch(connections: readonly ReadyStream[], from: number): void {
  const end = Math.min(from + prefetchCount, connections.length);
  let unusual = 0;
  for (let index = from; index < end; index++) {
    if (connections[index]?.stream?.connecting !== false) unusual++;
  }
  for (let index = from; index < end; index++) {
    const state = connections[index]?.state;
    if (state?.length !== 0 || typeof state.onwrite !== "function") unusual++;
  }
  for (let index = from; index < end; index++) {
    const stream = connections[index]?.stream;
    if (stream === undefined || handleOf(stream)?.fd === -1) unusual++;
  }
  seen.unusual = unusual;
}
