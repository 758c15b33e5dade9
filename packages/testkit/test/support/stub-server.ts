import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Namespace, Server, type Socket } from "socket.io";

/** A server that speaks as much of the protocol as the swarm's clients need; tests say what it answers. */
export class StubServer {
  readonly io: Server;
  readonly namespace: Namespace;
  /** The sockets of all connections, in their order. */
  readonly sockets: Socket[] = [];
  /** Set to refuse whoever connects from now on. */
  refusal: string | undefined;
  /** Rooms that are refused, with the code. */
  readonly refusedRooms = new Map<string, string>();
  readonly #http = createServer();

  private constructor() {
    this.io = new Server(this.#http);
    this.namespace = this.io.of("/ws");
    this.namespace.use((_socket, next) =>
      next(this.refusal === undefined ? undefined : refusalOf(this.refusal)),
    );
    this.namespace.on("connection", (socket) => this.#take(socket));
  }

  static async start(): Promise<StubServer> {
    const server = new StubServer();
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.io.close();
  }

  #take(socket: Socket): void {
    this.sockets.push(socket);
    socket.on("subscribe", (rooms: { room: string }[], answer: (ack: object) => void) => {
      answer({ ok: true, data: rooms.map(({ room }) => this.#answerFor(room)) });
    });
    socket.emit("connection.established", { data: { rooms: ["global"] } }, "a.1");
  }

  #answerFor(room: string): object {
    const code = this.refusedRooms.get(room);
    if (code === undefined) return { ok: true, data: { room, position: "a.1", replayed: 0 } };
    return { ok: false, error: { code, message: code, retryable: code === "unavailable" } };
  }
}

function refusalOf(code: string): Error {
  return Object.assign(new Error(code), { data: { code } });
}
