import { Socket } from "engine.io";
import type { ClosingConnection } from "./closing-connections.ts";
import { CompactTransport, type TransportOwner } from "./compact-transport.ts";
import type { EnginePacket } from "./engine-packet.ts";
import type { EngineRequest, EngineServer, EngineSocket, ReadHooks, WriteHooks } from "./engine-socket.ts";
import { flushBatch } from "./flush-batch.ts";
import { lazily } from "./lazily.ts";
import type { PingedConnection } from "./ping-wheel.ts";
import { queuedBytes } from "./poll-batch.ts";

/** Pings connections while they are open. */
interface Pings {
  add(socket: CompactEngineSocket): void;
  ended(): void;
}

/** Sees to it that connections which have begun to close end. */
interface Closings {
  add(socket: ClosingConnection): void;
  delete(socket: ClosingConnection): void;
}

/** Engine.IO's socket as it is made here. */
export interface CompactEngineSocket extends TransportOwner, PingedConnection, EngineSocket {
  readonly readyState: string;
  writeBuffer: EnginePacket[];
  transport: EngineSocket["transport"];
  readonly pingTimeoutTimer: NodeJS.Timeout | null;
  hasRefreshedPingTimeout: boolean;
  /** Socket.IO's client, which is told without listening. */
  client: { ondata(data: unknown): void; onclose(reason: string, description?: unknown): void } | undefined;
  setTransport(transport: unknown): void;
  sendPacket(type: string, data?: unknown, options?: object, callback?: () => void): void;
  resetPingTimeout(): void;
  onOpen(): void;
  onFrame(): void;
  flush(): void;
  onClose(reason: string, description?: unknown): void;
}

export type CompactEngineSocketClass = new (
  id: string,
  server: EngineServer,
  transport: unknown,
  request: EngineRequest,
) => CompactEngineSocket;

const original = Socket.prototype as unknown as CompactEngineSocket;

/**
 * Makes the class of a server's Engine.IO sockets: Engine.IO's own methods over fewer objects. Its constructor is not
 * called, because most of what a connection takes is made there.
 */
export function compactEngineSocket(
  writes: WriteHooks,
  reads: ReadHooks,
  pings: Pings,
  closings: Closings,
): CompactEngineSocketClass {
  class Compact {
    _events: object | undefined = undefined;
    _eventsCount = 0;
    _readyState = "opening";
    writeBuffer: EnginePacket[] = [];
    queuedBytes = 0;
    hasRefreshedPingTimeout = false;
    pingTimeoutTimer: NodeJS.Timeout | null = null;
    readonly id: string;
    readonly server: EngineServer;
    request: EngineRequest | null;
    readonly remoteAddress: string | undefined;
    transport: unknown = undefined;
    client: CompactEngineSocket["client"] = undefined;
    firstConnection: unknown = undefined;
    rateLimitState: unknown = undefined;

    constructor(id: string, server: EngineServer, transport: unknown, request: EngineRequest) {
      this.id = id;
      this.server = server;
      this.request = request;
      this.remoteAddress = (request.websocket?._socket ?? request.socket).remoteAddress;
      const socket = this as unknown as CompactEngineSocket;
      socket.setTransport(transport);
      socket.onOpen();
    }
  }
  Object.setPrototypeOf(Compact.prototype, original);
  Object.assign(Compact.prototype, methods(writes, reads, pings, closings), {
    protocol: 4,
    upgrading: false,
    upgraded: false,
    pingIntervalTimer: null,
  });
  for (const name of ["packetsFn", "sentCallbackFn", "cleanupFn"]) lazily(Compact.prototype, name, () => []);
  return Compact as unknown as CompactEngineSocketClass;
}

function methods(writes: WriteHooks, reads: ReadHooks, pings: Pings, closings: Closings) {
  const own: Partial<CompactEngineSocket> & { schedulePing(): void } & ThisType<CompactEngineSocket> = {
    setTransport(transport) {
      if (!(transport instanceof CompactTransport)) return original.setTransport.call(this, transport);
      this.transport = transport as unknown as typeof this.transport;
      transport.adopt(this);
    },

    schedulePing() {
      pings.add(this);
    },

    sendPacket(type, data, options, callback) {
      writes.beforePacket(this);
      if (this.readyState === "open") this.queuedBytes += queuedBytes(data);
      original.sendPacket.call(this, type, data, options, callback);
    },

    flush() {
      flushBatch(this);
      writes.stateChanged(this);
    },

    onDrain() {
      if (Object.hasOwn(this, "sentCallbackFn")) original.onDrain.call(this);
    },

    onFrame() {
      reads.framed(this);
    },

    onPacket(packet) {
      if (this.readyState === "open" && reads.mayPass(this, packet as EnginePacket)) {
        original.onPacket.call(this, packet);
      }
    },

    /** With `discard`, what waits for a client is not for it any more. */
    close(discard) {
      if (!discard) writes.beforePacket(this);
      original.close.call(this, discard);
      if (this.readyState === "closing") closings.add(this);
    },

    onClose(reason, description) {
      original.onClose.call(this, reason, description);
      writes.stateChanged(this);
    },

    emit(event, ...args) {
      if (event === "data") this.client?.ondata(args[0]);
      else if (event === "upgrading") reads.probed(this, args[0]);
      else if (event === "close") {
        delete this.server.clients[this.id];
        this.server.clientsCount--;
        pings.ended();
        closings.delete(this);
        this.queuedBytes = 0;
        this.client?.onclose(args[0] as string, args[1]);
      }
      return original.emit.call(this, event, ...args);
    },
  };
  return own;
}
