import type { EnginePacket } from "./engine-packet.ts";
import type { EngineSocket } from "./engine-socket.ts";
import { queuedBytes, takePollBatch } from "./poll-batch.ts";

/**
 * As Engine.IO's own `flush` (6.6.11), but an answer to a poll carries only a part of what waits. Only one batch is ever
 * under way, so the list holds its callbacks or nothing. `drain` lets the connection close, and callbacks wait for all.
 */
export function flushBatch(socket: EngineSocket): void {
  if (socket.readyState === "closed" || !socket.transport.writable || socket.writeBuffer.length === 0) return;
  const batch = takeBatch(socket);
  const isAll = socket.writeBuffer.length === 0;
  socket.emit("flush", batch);
  socket.server.emit("flush", socket, batch);
  if (isAll && Object.hasOwn(socket, "packetsFn") && socket.packetsFn.length > 0) {
    socket.sentCallbackFn = [socket.packetsFn];
    socket.packetsFn = [];
  }
  socket.transport.send(batch);
  if (!isAll) return;
  socket.emit("drain");
  socket.server.emit("drain", socket);
}

/** What the transport is given at once: over polling a bounded part, over websocket all that waits. */
function takeBatch(socket: EngineSocket): EnginePacket[] {
  if (socket.transport.name !== "polling") {
    const batch = socket.writeBuffer;
    socket.writeBuffer = [];
    socket.queuedBytes = 0;
    return batch;
  }
  const batch = takePollBatch(socket.writeBuffer);
  for (const { data } of batch) socket.queuedBytes -= queuedBytes(data);
  return batch;
}
