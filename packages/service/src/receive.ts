import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { trackSockets } from "./track-sockets.ts";

/** A server whose connections somebody else accepts. */
export interface Receiving {
  /** Serves a connection from which `read` has been read already. */
  take: (socket: Socket, read: Buffer) => void;
  /** Takes nothing more and waits for open connections to end; those left after `timeoutMs` are destroyed. */
  close: (timeoutMs: number) => Promise<void>;
}

/**
 * Serves connections that are handed over instead of listening. Each is closed after one request: whoever accepts them
 * chose the server by that request, and the next one may be another's.
 */
export function receive(server: Server): Receiving {
  const sockets = trackSockets(server);
  let closed: Promise<void> | undefined;
  // Made with the first connection: Engine.IO takes off the listeners that it finds, and keeps some requests from them.
  let isFirst = true;
  // Nothing listens here, but only at this event Node begins to end requests that are too slow.
  server.emit("listening");
  return {
    take(socket, read) {
      if (closed !== undefined) return refuse(socket);
      if (isFirst) server.prependListener("request", closeAfter);
      isFirst = false;
      // As on the connections that an HTTP server accepts: a client may end its side and still wait for the answer.
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

/** Whoever accepts connections may not know yet that none is taken. */
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
