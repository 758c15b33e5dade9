import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A proxy to a server on this machine.
 * It breaks once, after a number of data chunks in both directions together.
 */
export class CuttingProxy {
  /** Whether it has broken. */
  hasCut = false;
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #remaining: number;

  private constructor(target: number, chunks: number) {
    this.#target = target;
    this.#remaining = chunks;
    this.#server = createServer((client) => this.#accept(client));
  }

  /**
   * Starts at a free port. It passes `chunks` chunks, then breaks the connection that brings the next one.
   */
  static async start(target: number, chunks: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, chunks);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    const end = () => {
      for (const socket of [client, server]) socket.destroy();
    };
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (chunk) => {
        if (this.#mayPass()) to.write(chunk);
        else end();
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        end();
      });
    }
  }

  #mayPass(): boolean {
    if (this.hasCut) return true;
    this.hasCut = this.#remaining-- === 0;
    return !this.hasCut;
  }
}
