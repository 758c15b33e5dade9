import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ListenOptions, Receiving } from "@roomcast/service";
import { readRequestLine, refuse } from "./read-request-line.ts";
import { workerOf } from "./session-id.ts";

/** Takes connections over. */
export type Taker = Pick<Receiving, "take">;

export interface BalancerOptions {
  /** A worker for a new connection, the one of that number if possible; undefined if there is none at all. */
  choose: (number: number | undefined) => Taker | undefined;
  /** Answers the probes, which are about all workers. */
  probes: Taker;
}

const probe = /^[A-Z]+ \/(health|ready)[? ]/;

/** Accepts the connections of all workers and gives each away as soon as the first line of its request is known. */
export class Balancer {
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  /** Connections that are nobody's yet. */
  readonly #waiting = new Set<Socket>();
  readonly #options: BalancerOptions;

  constructor(options: BalancerOptions) {
    this.#options = options;
  }

  /** Listens, or rejects with the reason; resolves with the real port. */
  async listen({ host, port }: ListenOptions): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Accepts nothing more and ends what is nobody's yet. */
  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#waiting.add(socket);
    socket.once("close", () => this.#waiting.delete(socket));
    readRequestLine(socket, (read) => {
      this.#waiting.delete(socket);
      const taker = this.#takerOf(read.toString("latin1"));
      if (taker === undefined) refuse(socket, "503 Service Unavailable");
      else taker.take(socket, read);
    });
  }

  #takerOf(text: string): Taker | undefined {
    const line = text.slice(0, text.indexOf("\n"));
    return probe.test(line) ? this.#options.probes : this.#options.choose(workerOf(line));
  }
}
