import { type Pinged, ping } from "../socketio/ping-wheel.ts";
import type { Connection } from "./connection.ts";

/**
 * Resolves with true when a client has read everything that was written before the call, and little has come
 * since: it has answered a ping that was written after that. Only the client can confirm this, because bytes
 * that the system accepted may sit in megabytes of buffers on the way. The connection is closed if the client
 * does not answer within `timeoutMs`. Resolves with false if the connection has ended.
 */
export async function whenRead(
  connection: Connection,
  { timeoutMs, maxWaiting }: { timeoutMs: number; maxWaiting: number },
): Promise<boolean> {
  const timer = setTimeout(() => connection.terminate(), timeoutMs);
  try {
    let isLast = false;
    while (!isLast) {
      // A ping that is already under way was written before the bytes in question.
      const isOwn = ping(connection.engine as unknown as Pinged);
      if (!(await isAnswered(connection))) return false;
      // A client that has read everything has nothing waiting. One that answers pings without reading has.
      isLast = isOwn && connection.waitingBytes <= maxWaiting;
    }
    connection.forgetBackfill();
    return true;
  } finally {
    clearTimeout(timer);
  }
}

/** Engine.IO emits `heartbeat` when a ping is answered. */
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
