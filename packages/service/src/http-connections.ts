import type { Server as HttpServer, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { trackSockets } from "./track-sockets.ts";

/** Internals of Node 20, 22 and 24: the response that a connection has not yet sent completely. */
interface Internals {
  _httpMessage?: ServerResponse | null;
}

/** The connections of an HTTP server. It can end them without losing a request or a response. */
export class HttpConnections {
  readonly #server: HttpServer;
  readonly #sockets: ReadonlySet<Socket>;
  #isListening = false;
  #areClosing = false;

  constructor(server: HttpServer) {
    this.#server = server;
    this.#sockets = trackSockets(server);
  }

  /** Whether connections are closed after their next response. */
  get areClosing(): boolean {
    return this.#areClosing;
  }

  /** From now on each connection is closed after its next response. */
  closeAfterAnswers(): void {
    this.#areClosing = true;
    for (const socket of this.#sockets) closeAfter(answerOf(socket));
    if (this.#isListening) return;
    this.#isListening = true;
    // Not earlier: Engine.IO removes the listeners that it finds, and hides some requests from them.
    this.#server.prependListener("request", (_request, response) => {
      if (this.#areClosing) closeAfter(response);
    });
  }

  /** From now on connections stay open for further requests. */
  keepAfterAnswers(): void {
    this.#areClosing = false;
  }

  /**
   * Accepts no new connections. `HttpServer.close` would also end idle connections at once, and lose a
   * request that is on its way.
   */
  stopListening(): void {
    NetServer.prototype.close.call(this.#server);
  }

  /** Ends the connections that are between two requests, or have had no request. */
  endIdle(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    // Node counts a connection as idle once its response is complete, even if the response is not sent yet.
    const isSending = [...this.#sockets].some((socket) => answerOf(socket)?.writableEnded);
    if (!isSending) this.#server.closeIdleConnections();
  }

  /** Ends all connections, also busy ones. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function answerOf(socket: Socket): ServerResponse | undefined {
  return (socket as Internals)._httpMessage ?? undefined;
}

function closeAfter(answer: ServerResponse | undefined): void {
  if (answer?.headersSent === false) answer.setHeader("connection", "close");
}
