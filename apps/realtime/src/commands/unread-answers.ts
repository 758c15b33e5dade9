import { ProtocolError } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";

const maxBytes = 1_048_576;

/** Far beyond what one large answer adds to `maxBytes`: only many small ones that nobody reads come to it. */
const endBytes = 4 * maxBytes;

/** Throws `overloaded` while more than 1 MiB of answers waits for the session's client to read it. */
export function checkReads(session: Session): void {
  if (unreadBytes(session) <= maxBytes) return;
  throw new ProtocolError("overloaded", "read the answers that are waiting first");
}

/** Whether a client goes on asking without reading what it is answered. */
export function neverReads(session: Session): boolean {
  return unreadBytes(session) > endBytes;
}

interface Packet {
  data?: unknown;
  options?: { wsPreEncodedFrame?: unknown };
}

/** Bytes of answers in Engine.IO's queue. Events are counted where they are written: they come with a ready frame. */
function unreadBytes({ connection }: Session): number {
  const packets = connection.engine.writeBuffer as unknown as readonly Packet[];
  return packets.reduce((sum, { data, options }) => {
    const isPacket = typeof data === "string" || Buffer.isBuffer(data);
    return isPacket && options?.wsPreEncodedFrame === undefined ? sum + data.length : sum;
  }, 0);
}
