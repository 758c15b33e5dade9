import type { WebSocket } from "ws";
import { ClosingConnections } from "./closing-connections.ts";
import { dropInflater } from "./drop-inflater.ts";
import type { EnginePacket } from "./engine-packet.ts";
import type { EngineParts, EngineSocket } from "./engine-socket.ts";
import { flushBatch } from "./flush-batch.ts";
import { PingWheel } from "./ping-wheel.ts";
import { queuedBytes } from "./poll-batch.ts";
import { tellControlFrames } from "./stock-websocket-server.ts";

/** The internals that are used of Engine.IO's socket, beside its events; `engine-trial.ts` looks for each. */
type StockSocket = EngineSocket & NodeJS.EventEmitter & { pingIntervalTimer: NodeJS.Timeout | null };

type Owned = Pick<EngineSocket, "sendPacket" | "flush" | "close">;

/** What all connections of a server have in common. */
interface Shared extends Pick<EngineParts, "writes" | "reads"> {
  wheel: PingWheel;
  closings: ClosingConnections;
}

/**
 * Runs Socket.IO, Engine.IO and ws as they are. Each connection gets three methods of its own around Engine.IO's, and a few
 * listeners, by which the delivery and the limits follow it. Returns its end.
 */
export function stockEngine({ io, times, writes, reads }: EngineParts): () => void {
  const wheel = new PingWheel(times.pingIntervalMs);
  const closings = new ClosingConnections(times.closeTimeoutMs);
  const follow = followerOf({ writes, reads, wheel, closings });
  io.engine.on("connection", follow);
  return () => {
    wheel.stop();
    closings.stop();
  };
}

function followerOf(shared: Shared): (socket: StockSocket) => void {
  let own: Owned | undefined;
  return (socket) => {
    own ??= methods(Object.getPrototypeOf(socket) as EngineSocket, shared);
    const queued = socket.writeBuffer.reduce((sum, { data }) => sum + queuedBytes(data), 0);
    Object.assign(
      socket,
      { queuedBytes: queued, firstConnection: undefined, rateLimitState: undefined },
      own,
    );
    listen(socket, shared);
    followTransport(socket, shared.reads);
    // A ping goes before what waits, and none is sent while another is under way.
    clearTimeout(socket.pingIntervalTimer ?? undefined);
    socket.pingIntervalTimer = null;
    shared.wheel.add(socket);
  };
}

function listen(socket: StockSocket, { writes, reads, wheel, closings }: Shared): void {
  // Told before anybody looks at the packet; of one that is cut off here Socket.IO hears nothing more.
  socket.on("packet", (packet: EnginePacket) => reads.mayPass(socket, packet));
  socket.on("upgrading", (transport: unknown) => reads.probed(socket, transport));
  socket.on("upgrade", () => followTransport(socket, reads));
  // Before Socket.IO tells of the end: from then on nothing is written.
  socket.prependListener("close", () => {
    wheel.ended();
    closings.delete(socket);
    socket.queuedBytes = 0;
    writes.stateChanged(socket);
  });
}

function followTransport(socket: StockSocket, reads: Shared["reads"]): void {
  const websocket = socket.transport.socket as unknown as WebSocket | undefined;
  if (websocket === undefined) return;
  dropInflater(websocket);
  tellControlFrames(websocket, () => reads.framed(socket));
}

/** Methods that take the place of Engine.IO's own, for all connections. */
function methods(stock: EngineSocket, { writes, closings }: Shared): Owned & ThisType<EngineSocket> {
  return {
    sendPacket(type, data, options, callback) {
      writes.beforePacket(this);
      if (this.readyState === "open") this.queuedBytes += queuedBytes(data);
      stock.sendPacket.call(this, type, data, options, callback);
    },

    flush() {
      if (this.transport.name === "polling") flushBatch(this);
      else {
        stock.flush.call(this);
        if (this.writeBuffer.length === 0) this.queuedBytes = 0;
      }
      writes.stateChanged(this);
    },

    close(discard) {
      if (!discard) writes.beforePacket(this);
      stock.close.call(this, discard);
      if (this.readyState === "closing") closings.add(this);
    },
  };
}
