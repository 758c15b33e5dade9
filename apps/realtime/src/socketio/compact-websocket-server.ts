import type { Duplex } from "node:stream";
import type { ServerOptions } from "ws";
import { compactWebSocket } from "./compact-websocket.ts";
import { SubprotocolServer } from "./subprotocol-server.ts";

/** The internals of ws that are overridden here, as of 8.23.0. */
interface Internals {
  completeUpgrade(...args: [...unknown[], socket: Duplex, head: Buffer, done: () => void]): void;
}

const Base = SubprotocolServer as unknown as new (options: ServerOptions) => SubprotocolServer & Internals;

/** Makes compact WebSockets. The answer to an upgrade and what is sent at once after it leave in one write. */
export class CompactWebSocketServer extends Base {
  constructor(options: ServerOptions) {
    super({ ...options, WebSocket: compactWebSocket(), autoPong: false });
  }

  override completeUpgrade(...args: Parameters<Internals["completeUpgrade"]>): void {
    const stream = args.at(-3) as Duplex;
    stream.cork();
    try {
      super.completeUpgrade(...args);
    } finally {
      stream.uncork();
    }
  }
}
