import type { Server as HttpServer } from "node:http";
import type { Server } from "socket.io";

/** CONNECT packets one connection may send within the window; stock clients send one for each namespace. */
const maxConnects = 8;
const windowMs = 10_000;

interface EnginePacket {
  type: string;
  data?: unknown;
}

interface EngineConnection {
  prependListener(event: "packet", listener: (this: EngineConnection, packet: EnginePacket) => void): void;
  close(discard?: boolean): void;
}

interface ConnectState {
  /** Namespaces whose middleware is at work. */
  pending: Set<string>;
  count: number;
  windowStartMs: number;
}

/**
 * A connection reset right after an upgrade to another path, or while a handshake is decided on, would end the process:
 * Node takes its error listener off upgraded sockets and Engine.IO attaches one only later.
 */
export function guardUpgrades(httpServer: HttpServer): void {
  httpServer.prependListener("upgrade", (_request, socket) => socket.on("error", () => undefined));
}

/**
 * Socket.IO runs the middleware once for every CONNECT packet it is sent, so one connection could start thousands of
 * token checks. A second CONNECT while the first is at work, or too many of them, ends the connection.
 */
export class ConnectGuard {
  readonly #states = new WeakMap<object, ConnectState>();

  /** Watches all connections of a server. */
  attach(io: Server): void {
    const connectSent = (connection: EngineConnection, packet: string) =>
      this.#onConnect(connection, namespaceOf(packet));
    function onPacket(this: EngineConnection, packet: EnginePacket): void {
      if (packet.type === "message" && typeof packet.data === "string" && packet.data[0] === "0") {
        connectSent(this, packet.data);
      }
    }
    // One listener function for all connections: a closure for each would cost memory.
    io.engine.on("connection", (connection: EngineConnection) =>
      connection.prependListener("packet", onPacket),
    );
  }

  /** To be called when the middleware of a namespace has decided. */
  decided(connection: object, namespace: string): void {
    this.#states.get(connection)?.pending.delete(namespace);
  }

  #onConnect(connection: EngineConnection, namespace: string): void {
    const now = Date.now();
    const state = this.#states.get(connection) ?? { pending: new Set(), count: 0, windowStartMs: now };
    this.#states.set(connection, state);
    if (now - state.windowStartMs > windowMs) Object.assign(state, { count: 0, windowStartMs: now });
    state.count++;
    if (state.pending.has(namespace) || state.count > maxConnects) connection.close(true);
    state.pending.add(namespace);
  }
}

/** The namespace of a CONNECT packet, `0` or `0/ws,{…}`. */
function namespaceOf(packet: string): string {
  if (packet[1] !== "/") return "/";
  const comma = packet.indexOf(",");
  return packet.slice(1, comma === -1 ? undefined : comma);
}
