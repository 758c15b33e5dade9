import type { Server } from "node:net";
import { setImmediate } from "node:timers/promises";

/** A shorter turn of the event loop has not read anything. */
const idleTurnMs = 0.1;

/** How long to wait for such a turn, and how long to wait for a turn that accepts nothing. */
const [idleWaitMs, maxMs] = [100, 1_000];

/**
 * Resolves when apparently no connection waits to be accepted, after a second at the latest. Closing the port
 * would reset waiting connections together with their requests. Node accepts one connection in each turn of
 * its event loop.
 */
export async function untilAccepted(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted++;
  };
  server.on("connection", count);
  const beganMs = performance.now();
  for (let turnMs = beganMs; turnMs - beganMs < maxMs; ) {
    const known = accepted;
    await setImmediate();
    const nowMs = performance.now();
    const isIdle = nowMs - turnMs < idleTurnMs || nowMs - beganMs > idleWaitMs;
    if (accepted === known && isIdle) break;
    turnMs = nowMs;
  }
  server.off("connection", count);
}
