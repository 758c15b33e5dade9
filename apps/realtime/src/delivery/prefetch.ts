import { handleOf } from "../socketio/stream-internals.ts";
import type { ReadyStream } from "./frame-writer.ts";

/** Few enough that what was read is still in the processor's cache when it is used. */
export const prefetchCount = 32;

/** Keeps the optimizer from removing the reads. */
const seen = { unusual: 0 };

/**
 * Reads, for the next few connections, what writing to each of them will read. Thousands of them lie far
 * apart in memory. Read one after the other, with a system call in between, each makes the processor wait;
 * read together, they are fetched in parallel. So each loop reads one step further and does little else.
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
