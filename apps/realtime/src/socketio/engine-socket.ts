import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import type { Namespace, Server } from "socket.io";
import type { EnginePacket } from "./engine-packet.ts";

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
export interface EngineSocket {
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
  readonly pingTimeoutTimer: NodeJS.Timeout | null;
  hasRefreshedPingTimeout: boolean;
  /** The delivery's connection records. */
  firstConnection: unknown;
  /** What the guard knows of it. */
  rateLimitState: unknown;
  sendPacket(type: string, data?: unknown, options?: object, callback?: () => void): void;
  write(data: string | Buffer): void;
  flush(): void;
  resetPingTimeout(): void;
  onClose(reason: string, description?: unknown): void;
  emit(event: string | symbol, ...args: unknown[]): boolean;
  close(discard?: boolean): void;
}

/** Told of every connection's writes, where each would have listeners for them. */
export interface WriteHooks {
  /** A packet is about to be queued, or the connection to be closed in an orderly way. */
  beforePacket(socket: EngineSocket): void;
  /** The queue went to the transport, the transport was changed, or the connection ended. */
  stateChanged(socket: EngineSocket): void;
}

/** Asked about what any client sends. */
export interface ReadHooks {
  /** A packet has come; false if nobody may look at it: then its connection was cut off. */
  mayPass(socket: EngineSocket, packet: EnginePacket): boolean;
  /** A frame that completes no message has come: a ping, a pong, a fragment. */
  framed(socket: EngineSocket): void;
  /** A client on polling has probed the transport that it may change over to. */
  probed(socket: EngineSocket, transport: unknown): void;
}

/** Times of a server's connections. */
export interface EngineTimes {
  pingIntervalMs: number;
  /** How long a connection may take to close. */
  closeTimeoutMs: number;
}

/** The server that an engine runs, and whom it tells what happens. */
export interface EngineParts {
  io: Server;
  /** The product's own. */
  namespaces: readonly Namespace[];
  times: EngineTimes;
  writes: WriteHooks;
  reads: ReadHooks;
}
