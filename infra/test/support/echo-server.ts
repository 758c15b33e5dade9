import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What an echo server answers: who it is and what it was sent. */
export interface Echo {
  name: string;
  url: string;
  headers: IncomingHttpHeaders;
}

/** The answer to a WebSocket key (RFC 6455, section 4.2.2); HAProxy checks it. */
function webSocketAccept(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Stands in for a process behind a proxy: answers with an `Echo`, ready or not, and takes any upgrade. */
export class EchoServer {
  readonly #server: Server;
  isReady = true;

  constructor(name: string) {
    this.#server = createServer((request, response) => {
      const { url = "", headers } = request;
      response.statusCode = url === "/ready" && !this.isReady ? 503 : 200;
      response.end(JSON.stringify({ name, url, headers }));
    });
    this.#server.on("upgrade", ({ headers }, socket) => {
      const accept = webSocketAccept(headers["sec-websocket-key"] ?? "");
      const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
      const answer = [...head, `Sec-WebSocket-Accept: ${accept}`, `X-Name: ${name}`];
      socket.on("error", () => undefined);
      socket.write(`${answer.join("\r\n")}\r\n\r\n`);
      socket.pipe(socket);
      this.#server.once("stop", () => socket.destroy());
    });
  }

  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.emit("stop");
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
