import type { EnginePacket } from "./engine-packet.ts";

/** python-engineio refuses more than 16 packets in an answer; a `close` packet may be added to these. */
const maxPackets = 15;

/** Takes a client of 10 kB/s less than seven seconds, so that the next ping reaches it in time. */
const maxBytes = 65_536;

/** Takes from a queue what one answer to a poll carries: at least one packet, at most 15 packets and about 64 KiB. */
export function takePollBatch(queue: EnginePacket[]): EnginePacket[] {
  let bytes = 0;
  let count = 0;
  while (count < queue.length && count < maxPackets) {
    bytes += wireBytes(queue[count] as EnginePacket);
    if (count > 0 && bytes > maxBytes) break;
    count++;
  }
  return queue.splice(0, count);
}

/** Characters or bytes of a packet while it waits. */
export function queuedBytes(data: unknown): number {
  return typeof data === "string" || Buffer.isBuffer(data) ? data.length : 0;
}

/** Polling sends bytes in base64. */
function wireBytes({ data }: EnginePacket): number {
  if (typeof data === "string") return Buffer.byteLength(data) + 1;
  return Math.ceil(queuedBytes(data) / 3) * 4 + 1;
}
