import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { Socket as EngineSocket } from "engine.io";
import type { ClosingConnection } from "./closing-connections.ts";
import { CompactTransport, type TransportOwner } from "./compact-transport.ts";
import type { EnginePacket } from "./engine-packet.ts";
import { lazily } from "./lazily.ts";
import type { PingedConnection } from "./ping-wheel.ts";
import { queuedBytes, takePollBatch } from "./poll-batch.ts";

/** Told of every connection's writes, where each would have listeners for them. */
export interface WriteHooks {
  /** A packet is about to be queued, or the connection to be closed in an orderly way. */
  beforePacket(socket: CompactEngineSocket): void;
  /** The queue went to the transport, the transport was changed, or the connection ended. */
  stateChanged(socket: CompactEngineSocket): void;
}

/** Asked about what any client sends. */
export interface ReadHooks {
  /** A packet has come; false if nobody may look at it. */
  mayPass(socket: CompactEngineSocket, packet: EnginePacket): boolean;
  /** A frame that completes no message has come: a ping, a pong, a fragment. */
  framed(socket: CompactEngineSocket): void;
  /** A client on polling has probed the transport that it may change over to. */
  probed(socket: CompactEngineSocket, transport: unknown): void;
}

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

/** The internals of Engine.IO's server that its sockets use, as of 6.6.11. */
export interface EngineServer {
  readonly clients: Record<string, unknown>;
  clientsCount: number;
  emit(event: string, ...args: unknown[]): boolean;
}

/** The request that began a connection, as Engine.IO's server hands it on. */
export type EngineRequest = IncomingMessage & {
  _query: Record<string, string>;
  websocket?: { _socket?: { remoteAddress?: string } | null };
};

/** Engine.IO's socket with its internals as of 6.6.11, and with room for what is known of its connection elsewhere. */
export interface CompactEngineSocket extends TransportOwner, PingedConnection {
  readonly id: string;
  readonly server: EngineServer;
  readonly readyState: string;
  request: EngineRequest | null;
  transport: {
    readonly name: string;
    readonly writable: boolean;
    /** The WebSocket, if it is one's. */
    readonly socket?: { terminate(): void; readonly _socket: Writable | null };
    send(packets: unknown[]): void;
  };
  writeBuffer: EnginePacket[];
  /** Characters or bytes of the packets in `writeBuffer`. */
  queuedBytes: number;
  packetsFn: unknown[];
  sentCallbackFn: unknown[];
  /** Socket.IO's client, which is told without listening. */
  client: { ondata(data: unknown): void; onclose(reason: string, description?: unknown): void } | undefined;
  /** The delivery's connection records. */
  firstConnection: unknown;
  /** What the guard knows of it. */
  rateLimitState: unknown;
  setTransport(transport: unknown): void;
  sendPacket(type: string, data?: unknown, options?: object, callback?: () => void): void;
  write(data: string | Buffer): void;
  onOpen(): void;
  onFrame(): void;
  onClose(reason: string, description?: unknown): void;
  emit(event: string | symbol, ...args: unknown[]): boolean;
  close(discard?: boolean): void;
}

export type CompactEngineSocketClass = new (
  id: string,
  server: EngineServer,
  transport: unknown,
  request: EngineRequest,
) => CompactEngineSocket;

const original = EngineSocket.prototype as unknown as CompactEngineSocket;

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

    /**
     * As the original, but an answer to a poll carries only a part of what waits. Only one batch is ever under way, so
     * the list holds its callbacks or nothing. `drain` lets the connection close, and callbacks wait for all.
     */
    flush() {
      if (this.readyState !== "closed" && this.transport.writable && this.writeBuffer.length > 0) {
        const batch = takeBatch(this);
        const isAll = this.writeBuffer.length === 0;
        this.emit("flush", batch);
        this.server.emit("flush", this, batch);
        if (isAll && Object.hasOwn(this, "packetsFn") && this.packetsFn.length > 0) {
          this.sentCallbackFn = [this.packetsFn];
          this.packetsFn = [];
        }
        this.transport.send(batch);
        if (isAll) this.emit("drain");
        if (isAll) this.server.emit("drain", this);
      }
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

/** What the transport is given at once: over polling a bounded part, over websocket all that waits. */
function takeBatch(socket: CompactEngineSocket): EnginePacket[] {
  if (socket.transport instanceof CompactTransport) {
    const batch = socket.writeBuffer;
    socket.writeBuffer = [];
    socket.queuedBytes = 0;
    return batch;
  }
  const batch = takePollBatch(socket.writeBuffer);
  for (const { data } of batch) socket.queuedBytes -= queuedBytes(data);
  return batch;
}
