import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ListenOptions } from "@roomcast/service";
import { readRequestLine, refuse } from "./read-request-line.ts";
import { workerOf } from "./session-id.ts";

/** Receives connections from the balancer. */
export interface ConnectionTarget {
  /** `read` was already read from the connection. A new connection has no session yet. */
  take(socket: Socket, read: Buffer, isNewConnection: boolean): void;
}

export interface BalancerOptions {
  /** A worker for a connection, the one with that number if possible; undefined if there is none at all. */
  choose: (number: number | undefined) => ConnectionTarget | undefined;
  /** Answers the probes, which concern all workers. */
  probes: ConnectionTarget;
}

const probe = /^[A-Z]+ \/(health|ready)[? ]/;

/** Accepts the connections of all workers, and passes each on once the first line of its request is known. */
export class Balancer {
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  /** Connections that no worker has yet. */
  readonly #waiting = new Set<Socket>();
  readonly #options: BalancerOptions;

  constructor(options: BalancerOptions) {
    this.#options = options;
  }

  /** Listens, or rejects with the reason; resolves with the actual port. */
  async listen({ host, port }: ListenOptions): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops accepting, and closes the connections that no worker has yet. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#waiting.add(socket);
    socket.once("close", () => this.#waiting.delete(socket));
    readRequestLine(socket, (read) => {
      this.#waiting.delete(socket);
      this.#route(socket, read);
    });
  }

  #route(socket: Socket, read: Buffer): void {
    const { choose, probes } = this.#options;
    const [line = ""] = read.toString("latin1").split("\n", 1);
    const worker = workerOf(line);
    const target = probe.test(line) ? probes : choose(worker);
    if (target === undefined) refuse(socket, "503 Service Unavailable");
    else target.take(socket, read, worker === undefined);
  }
}
