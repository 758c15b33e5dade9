import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ServerOptions, WebSocket } from "ws";
import { SubprotocolServer } from "./subprotocol-server.ts";

/** The most fragments of a message. ws reports none of them, so a message counts as one frame. */
const maxFragments = 64;

/** The most pings and pongs before a connection has the WebSocket: far more than a client needs. */
const mostStrayFrames = 100;
const strayFrames = new WeakMap<WebSocket, number>();

const controlEvents = ["ping", "pong"] as const;

/** Counts the pings and pongs of a WebSocket until a connection counts them. */
export class StockWebSocketServer extends SubprotocolServer {
  constructor(options: ServerOptions) {
    // With synchronous events, ws would handle all frames of a chunk in one turn of the event loop.
    super({ ...options, maxFragments, allowSynchronousEvents: false } as ServerOptions);
  }

  override handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    done: (websocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (websocket, answered) => {
      for (const event of controlEvents) websocket.on(event, countStray);
      done(websocket, answered);
    });
  }
}

/** Reports pings and pongs of a WebSocket to its connection from now on. */
export function tellControlFrames(websocket: WebSocket, told: () => void): void {
  for (const event of controlEvents) websocket.off(event, countStray).on(event, told);
}

function countStray(this: WebSocket): void {
  const count = (strayFrames.get(this) ?? 0) + 1;
  strayFrames.set(this, count);
  if (count > mostStrayFrames) this.terminate();
}
