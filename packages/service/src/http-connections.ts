import type { Server as HttpServer, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { trackSockets } from "./track-sockets.ts";

/** Node's internals as of 20, 22 and 24: the answer that a connection owes, or has not sent to the end. */
interface Internals {
  _httpMessage?: ServerResponse | null;
}

/** The connections of an HTTP server, which can be ended without losing a request or an answer. */
export class HttpConnections {
  readonly #server: HttpServer;
  readonly #sockets: ReadonlySet<Socket>;
  #isListening = false;
  #areClosing = false;

  constructor(server: HttpServer) {
    this.#server = server;
    this.#sockets = trackSockets(server);
  }

  /** Whether connections are closed after the next answer. */
  get areClosing(): boolean {
    return this.#areClosing;
  }

  /** From now on each connection is closed after the next answer. */
  closeAfterAnswers(): void {
    this.#areClosing = true;
    for (const socket of this.#sockets) closeAfter(answerOf(socket));
    if (this.#isListening) return;
    this.#isListening = true;
    // Not earlier: Engine.IO takes the listeners off that it finds, and keeps some requests from them.
    this.#server.prependListener("request", (_request, response) => {
      if (this.#areClosing) closeAfter(response);
    });
  }

  /** From now on connections are kept for further requests. */
  keepAfterAnswers(): void {
    this.#areClosing = false;
  }

  /** Takes no new connections. `HttpServer.close` would end idle ones at once, with a request that is on its way. */
  stopListening(): void {
    NetServer.prototype.close.call(this.#server);
  }

  /** Ends the connections that are between two requests, or have had none. */
  endIdle(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    // Node counts a connection as idle when its answer is complete, even if the answer is not sent yet.
    const isSending = [...this.#sockets].some((socket) => answerOf(socket)?.writableEnded);
    if (!isSending) this.#server.closeIdleConnections();
  }

  /** Ends all, whatever they are at. */
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
