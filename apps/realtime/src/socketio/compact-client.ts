import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Server, Socket } from "socket.io";
import type { CompactEngineSocket } from "./compact-engine-socket.ts";
import type { Decoders, Reader } from "./decoders.ts";
import { SocketMap, type SocketOwner } from "./socket-map.ts";

/** Socket.IO's client with its internals as of 4.8.4. */
interface Client {
  /** Does what a packet asks for. */
  ondecoded(packet: unknown): void;
  onerror(error: unknown): void;
  close(): void;
}

interface ServerInternals {
  readonly encoder: unknown;
  readonly _connectTimeout: number;
}

const require = createRequire(import.meta.url);
/** Nothing that Socket.IO exports leads to it. */
const stock = require(join(dirname(require.resolve("socket.io")), "client.js")) as {
  Client: { prototype: Client };
};

const none: readonly Socket[] = [];
/** What is called of a decoder at the end of a client that has none of its own. */
const noDecoder = { removeListener: () => undefined, destroy: () => undefined };

/**
 * Socket.IO's client, one for each connection, by its own methods over fewer objects: no listeners on Engine.IO's socket,
 * which knows it instead, no decoder and no maps. The original's constructor is not called, because it makes these.
 */
export class CompactClient implements SocketOwner {
  readonly server: Server;
  readonly conn: CompactEngineSocket;
  members = none;
  connectTimeout: NodeJS.Timeout | undefined;
  readonly #decoders: Decoders;
  #reader: Reader | undefined = undefined;
  /** The original's. */
  declare readonly onclose: (reason: string, description?: unknown) => void;

  constructor(server: Server, conn: CompactEngineSocket, decoders: Decoders) {
    this.server = server;
    this.conn = conn;
    this.#decoders = decoders;
    const { _connectTimeout: timeoutMs } = server as unknown as ServerInternals;
    this.connectTimeout = setTimeout(closeUnused, timeoutMs, this);
    conn.client = this;
  }

  get id(): string {
    return this.conn.id;
  }

  get encoder(): unknown {
    return (this.server as unknown as ServerInternals).encoder;
  }

  get decoder(): unknown {
    return this.#reader?.decoder ?? noDecoder;
  }

  get sockets(): SocketMap {
    return new SocketMap(this, "id");
  }

  get nsps(): SocketMap {
    return new SocketMap(this, "namespace");
  }

  ondata(data: unknown): void {
    try {
      this.#reader = this.#decoders.read(this as unknown as Client, data, this.#reader);
    } catch (error) {
      // As the original: whatever cannot be decoded ends the connection.
      (this as unknown as Client).onerror(error);
    }
  }
}
Object.setPrototypeOf(CompactClient.prototype, stock.Client.prototype);

function closeUnused(client: CompactClient): void {
  if (client.members.length === 0) (client as unknown as Client).close();
}
