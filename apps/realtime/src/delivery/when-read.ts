import { type Pinged, ping } from "../socketio/ping-wheel.ts";
import type { Connection } from "./connection.ts";

/**
 * Resolves with true when a client has read all that was written to it before the call, and not much has come since: it
 * has answered a ping that was written after that. Only the client itself can tell: what the system has taken may lie in
 * buffers of megabytes on the way. A client that has not after `timeoutMs` is cut. False if the connection has ended.
 */
export async function whenTaken(
  connection: Connection,
  { timeoutMs, maxWaiting }: { timeoutMs: number; maxWaiting: number },
): Promise<boolean> {
  const timer = setTimeout(() => connection.cut(), timeoutMs);
  try {
    let isLast = false;
    while (!isLast) {
      // A ping that is under way already was written before what is to be read.
      const isOwn = ping(connection.engine as unknown as Pinged);
      if (!(await isAnswered(connection))) return false;
      // Who has read everything has nothing waiting; who answers without reading has.
      isLast = isOwn && connection.waitingBytes <= maxWaiting;
    }
    connection.forgetBackfill();
    return true;
  } finally {
    clearTimeout(timer);
  }
}

/** Engine.IO tells of an answered ping as `heartbeat`. */
function isAnswered({ engine }: Connection): Promise<boolean> {
  if (engine.readyState !== "open") return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isAnswered: boolean) => () => {
      engine.off("heartbeat", answered);
      engine.off("close", ended);
      resolve(isAnswered);
    };
    const answered = settle(true);
    const ended = settle(false);
    engine.on("heartbeat", answered).on("close", ended);
  });
}
