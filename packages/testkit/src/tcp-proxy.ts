import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { TcpFlow, type TcpGate } from "./tcp-flow.ts";

/**
 * A TCP proxy to one or more servers on this machine, which tests can cut, heal, slow down and break. With
 * several servers it is a load balancer: each new connection goes to the next server that accepts it.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #waiting = new Set<Socket>();
  readonly #gate: TcpGate & { flows: Set<TcpFlow> } = {
    isOpen: true,
    bytesPerSecond: undefined,
    flows: new Set(),
  };
  #targets: readonly number[];
  #next = 0;

  private constructor(targets: readonly number[]) {
    this.#targets = targets;
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Starts at a free port, in front of these ports. */
  static async start(...targets: number[]): Promise<TcpProxy> {
    const proxy = new TcpProxy(targets);
    proxy.#server.listen(0, "127.0.0.1", 4_096);
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open to the servers. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Sets the servers for new connections. Existing connections stay. */
  setTargets(targets: readonly number[]): void {
    this.#targets = targets;
  }

  /**
   * Acts like a pulled cable: no data passes and no connection closes. New connections can be made and hang.
   */
  cut(): void {
    this.#gate.isOpen = false;
    this.#update();
  }

  /** Ends a cut. Data that was sent during the cut arrives. */
  heal(): void {
    this.#gate.isOpen = true;
    this.#update();
    for (const client of this.#waiting) this.#join(client);
    this.#waiting.clear();
  }

  /** Limits the rate of each connection in each direction. Undefined removes the limit. */
  throttle(bytesPerSecond: number | undefined): void {
    this.#gate.bytesPerSecond = bytesPerSecond;
    this.#update();
  }

  /** Resets every existing connection. */
  sever(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Stops the proxy and ends all its connections. */
  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const client of this.#waiting) client.destroy();
    this.sever();
    await closed;
  }

  #accept(client: Socket): void {
    client.on("error", ignore);
    if (this.#gate.isOpen) return this.#join(client);
    this.#waiting.add(client);
    client.once("close", () => this.#waiting.delete(client));
  }

  #join(client: Socket): void {
    this.#connect(client, this.#targets.length);
  }

  /** Tries the servers one after the other. */
  #connect(client: Socket, attemptsLeft: number): void {
    const port = this.#targets[this.#next++ % this.#targets.length];
    if (port === undefined || attemptsLeft === 0) return void client.resetAndDestroy();
    const server = new Socket();
    const tryNext = () => this.#connect(client, attemptsLeft - 1);
    server.once("error", tryNext);
    server.connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      server.off("error", tryNext).on("error", ignore);
      this.#pass(client, server);
    });
  }

  #pass(client: Socket, server: Socket): void {
    if (client.destroyed) return void server.destroy();
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const flows = [new TcpFlow(client, server, this.#gate), new TcpFlow(server, client, this.#gate)];
    for (const flow of flows) this.#gate.flows.add(flow);
    const end = () => {
      this.#pairs.delete(pair);
      for (const flow of flows) {
        flow.stop();
        this.#gate.flows.delete(flow);
      }
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.once("close", end);
  }

  #update(): void {
    for (const flow of this.#gate.flows) flow.update();
  }
}

function ignore(): void {
  // "close" follows every error, and its listener does the work.
}
