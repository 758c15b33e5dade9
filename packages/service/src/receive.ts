import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { trackSockets } from "./track-sockets.ts";

/** A server whose connections another process accepts. */
export interface Receiving {
  /** Serves a connection whose first bytes, `read`, were already read. */
  take: (socket: Socket, read: Buffer) => void;
  /** Refuses new connections and waits for the open ones to end. Destroys the rest after `timeoutMs`. */
  close: (timeoutMs: number) => Promise<void>;
}

/**
 * Serves connections that another process hands over, instead of listening. Each connection is closed after
 * one request: the other process chose this server for that request, and the next request may belong to
 * another server.
 */
export function receive(server: Server): Receiving {
  const sockets = trackSockets(server);
  let closed: Promise<void> | undefined;
  // Add the listener with the first connection: Engine.IO removes the listeners that it finds, and hides some
  // requests.
  let isFirst = true;
  // Nothing listens here, but Node starts to enforce request timeouts only at this event.
  server.emit("listening");
  return {
    take(socket, read) {
      if (closed !== undefined) return refuse(socket);
      if (isFirst) server.prependListener("request", closeAfter);
      isFirst = false;
      // As an HTTP server does for its connections: a client may end its side and still wait for the
      // response.
      socket.allowHalfOpen = true;
      server.emit("connection", socket);
      socket.unshift(read);
    },
    close(timeoutMs) {
      closed ??= close(server, sockets, timeoutMs);
      return closed;
    },
  };
}

function closeAfter(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("connection", "close");
}

/** The accepting process may not know yet that this server takes no more connections. */
function refuse(socket: Socket): void {
  socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n", () => socket.destroy());
}

async function close(server: Server, sockets: Set<Socket>, timeoutMs: number): Promise<void> {
  server.close();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, timeoutMs);
  await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
  clearTimeout(timer);
}
