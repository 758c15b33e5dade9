import type { Duplex } from "node:stream";
import { type ServerOptions, WebSocketServer } from "ws";
import { compactWebSocket } from "./compact-websocket.ts";

/** The subprotocol to offer beside `bearer.<token>`. */
const subprotocol = "roomcast.v1";

/** How long a client may take to agree to the end of its connection. */
const closeTimeout = 5_000;

/** The internals of ws that are overridden here, as of 8.23.0. */
interface Internals {
  completeUpgrade(...args: [...unknown[], socket: Duplex, head: Buffer, done: () => void]): void;
}

const Base = WebSocketServer as unknown as new (options: ServerOptions) => WebSocketServer & Internals;

/**
 * Chooses the subprotocol by name: ws would echo the first one offered, which may be the token. The answer and what is
 * sent at once after it leave in one write.
 */
export class SubprotocolServer extends Base {
  constructor(options: ServerOptions) {
    const handleProtocols = (offered: Set<string>) => (offered.has(subprotocol) ? subprotocol : false);
    const compact = { WebSocket: compactWebSocket(), autoPong: false };
    super({ ...options, ...compact, handleProtocols, closeTimeout } as ServerOptions);
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
