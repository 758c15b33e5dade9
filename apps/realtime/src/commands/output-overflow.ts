import { ProtocolError } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { answerBytes } from "../socketio/engine-connection.ts";

/** One page of history may be on its way when the next is requested. */
const maxBytes = 2 * 1_048_576;

/** Far beyond what one large answer adds to `maxBytes`: only many small, unread answers reach it. */
const endBytes = 2 * maxBytes;

/** Throws `overloaded` while more than 2 MiB of any kind waits for the client to read it. */
export function checkReads({ connection }: Session): void {
  if (connection.waitingBytes <= maxBytes) return;
  throw new ProtocolError("overloaded", "too much data is waiting: read it first");
}

/** Whether a client keeps sending commands without reading the answers. */
export function hasOutputOverflow({ connection: { engine } }: Session): boolean {
  // Most connections have nothing waiting; then nothing is counted.
  return engine.queuedBytes > endBytes && answerBytes(engine) > endBytes;
}
