import type { Server } from "socket.io";
import { compactMethods, type WriteHooks } from "./compact-socket.ts";
import { CompactTransport, type TransportOwner } from "./compact-transport.ts";
import { type PingedConnection, PingWheel } from "./ping-wheel.ts";

interface Engine {
  createTransport(name: string, request: unknown): unknown;
  on(event: "connection", listener: (connection: EngineSocket) => void): void;
}

type EngineSocket = PingedConnection &
  TransportOwner & {
    transport: unknown;
    cleanupFn: (() => void)[];
    sentCallbackFn: unknown[];
    once(event: "upgrade", listener: (this: EngineSocket) => void): void;
  };

/** Makes a server's Engine.IO smaller for each connection; to everyone it behaves as before. Returns its end. */
export function compactEngine(io: Server, pingIntervalMs: number, hooks: WriteHooks): () => void {
  const engine = io.engine as unknown as Engine;
  const createOriginal = engine.createTransport.bind(engine);
  engine.createTransport = (name, request) =>
    name === "websocket" ? new CompactTransport(request as never) : createOriginal(name, request);
  const methods = compactMethods(hooks);
  const wheel = new PingWheel(pingIntervalMs);
  engine.on("connection", (connection) => {
    Object.assign(connection, methods);
    wheel.add(connection);
    if (!adopt.call(connection)) connection.once("upgrade", adopt);
  });
  return () => wheel.stop();
}

/** The functions that would take the listeners off again are not needed for a transport that has none. */
function adopt(this: EngineSocket): boolean {
  if (!(this.transport instanceof CompactTransport)) return false;
  this.transport.adopt(this);
  this.cleanupFn = [];
  this.sentCallbackFn = [];
  return true;
}
