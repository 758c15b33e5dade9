import { ProtocolError } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { answerBytes } from "../socketio/engine-connection.ts";

/** One page of history may be under way when the next is asked for. */
const maxBytes = 2 * 1_048_576;

/** Far beyond what one large answer adds to `maxBytes`: only many small ones that nobody reads come to it. */
const endBytes = 2 * maxBytes;

/** Throws `overloaded` while more than 2 MiB of any kind waits for the session's client to read it. */
export function checkReads({ connection }: Session): void {
  if (connection.waitingBytes <= maxBytes) return;
  throw new ProtocolError("overloaded", "read what is waiting first");
}

/** Whether a client goes on asking without reading what it is answered. */
export function hasOutputOverflow({ connection: { engine } }: Session): boolean {
  // Most have nothing waiting, and nothing is counted for them.
  return engine.queuedBytes > endBytes && answerBytes(engine) > endBytes;
}
