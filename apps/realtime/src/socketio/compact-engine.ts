import { ClosingConnections } from "./closing-connections.ts";
import { CompactClient } from "./compact-client.ts";
import {
  type CompactEngineSocket,
  type CompactEngineSocketClass,
  compactEngineSocket,
} from "./compact-engine-socket.ts";
import { compactNamespace } from "./compact-socket.ts";
import { CompactTransport } from "./compact-transport.ts";
import { type Decoder, Decoders } from "./decoders.ts";
import type { EngineParts, EngineRequest, EngineServer } from "./engine-socket.ts";
import { PingWheel } from "./ping-wheel.ts";

/** The internals of Engine.IO's server that are overridden or used here, as of 6.6.11. */
interface Engine extends EngineServer {
  readonly opts: { perMessageDeflate: unknown; maxHttpBufferSize: number; httpCompression: unknown };
  generateId(request: EngineRequest): string | Promise<string>;
  createTransport(name: string, request: EngineRequest): Transport;
  handshake(name: string, request: EngineRequest, close: (code: number) => void): Promise<unknown>;
  removeAllListeners(event: "connection"): void;
  on(event: "connection", listener: (socket: CompactEngineSocket) => void): void;
}

/** The parser of Socket.IO's server. */
interface ServerInternals {
  readonly _parser: { Decoder: new () => Decoder };
}

interface Transport {
  perMessageDeflate?: unknown;
  maxHttpBufferSize?: number;
  httpCompression?: unknown;
  on(event: "headers", listener: (headers: object, request: EngineRequest) => void): void;
  onRequest(request: EngineRequest): void;
}

/**
 * Makes a server's Engine.IO, and the sockets of its namespaces, smaller for each connection; to everyone it behaves as
 * before. Returns its end.
 */
export function compactEngine({ io, namespaces, times, writes, reads }: EngineParts): () => void {
  const engine = io.engine as unknown as Engine;
  const wheel = new PingWheel(times.pingIntervalMs);
  const closings = new ClosingConnections(times.closeTimeoutMs);
  const Socket = compactEngineSocket(writes, reads, wheel, closings);
  const createOriginal = engine.createTransport.bind(engine);
  engine.createTransport = (name, request) =>
    name === "websocket"
      ? (new CompactTransport(request as never) as unknown as Transport)
      : createOriginal(name, request);
  engine.handshake = handshakeWith(engine, Socket);
  const { _parser } = io as unknown as ServerInternals;
  const decoders = new Decoders(() => new _parser.Decoder());
  // The only one so far is Socket.IO's, which makes a client of the stock kind.
  engine.removeAllListeners("connection");
  engine.on("connection", (socket) => void new CompactClient(io, socket, decoders));
  for (const namespace of namespaces) compactNamespace(namespace);
  return () => {
    wheel.stop();
    closings.stop();
  };
}

/** As Engine.IO does it, but with sockets of this class. What it refuses is left to it. */
function handshakeWith(engine: Engine, Socket: CompactEngineSocketClass): Engine["handshake"] {
  const original = engine.handshake.bind(engine);
  return async (name, request, close) => {
    if (request._query.EIO !== "4") return original(name, request, close);
    let id: string;
    let transport: Transport;
    try {
      const made = engine.generateId(request);
      // Not awaited without need: the first packet leaves with the answer to the upgrade.
      id = typeof made === "string" ? made : await made;
      transport = createTransport(engine, name, request);
    } catch {
      // It fails there once more, and is answered and told.
      return original(name, request, close);
    }
    const socket = new Socket(id, engine, transport, request);
    transport.onRequest(request);
    engine.clients[id] = socket;
    engine.clientsCount++;
    engine.emit("connection", socket);
    return transport;
  };
}

function createTransport(engine: Engine, name: string, request: EngineRequest): Transport {
  const transport = engine.createTransport(name, request);
  const { perMessageDeflate, maxHttpBufferSize, httpCompression } = engine.opts;
  if (name === "websocket") transport.perMessageDeflate = perMessageDeflate;
  if (name !== "polling") return transport;
  Object.assign(transport, { maxHttpBufferSize, httpCompression });
  transport.on("headers", (headers, answered) => {
    if (!answered._query.sid) engine.emit("initial_headers", headers, answered);
    engine.emit("headers", headers, answered);
  });
  return transport;
}
