import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A link to a server that can lose what is sent over it, or deliver it long after its sender gave up. */
export class HoldingLink {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #held: (() => void)[] | undefined;
  #isLosing = false;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, port));
  }

  /** Starts at any free port, in front of the given one. */
  static async start(port: number): Promise<HoldingLink> {
    const link = new HoldingLink(port);
    await once(link.#server.listen(0, "127.0.0.1"), "listening");
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Keeps back the next script, and what follows it on the same connection, until `release`. */
  holdNextScript(): void {
    this.#held = [];
  }

  /** Breaks the connection instead of passing on the next script. */
  loseNextScript(): void {
    this.#isLosing = true;
  }

  /** What was kept back arrives now, though its sender may be gone. */
  release(): void {
    for (const send of this.#held?.splice(0) ?? []) send();
    this.#held = undefined;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #join(client: Socket, port: number): void {
    const server = connect(port, "127.0.0.1");
    let isHeld = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket.on("error", () => undefined));
      socket.once("close", () => this.#sockets.delete(socket));
    }
    client.on("data", (data) => {
      const isScript = data.includes("EVALSHA");
      if (isScript && this.#isLosing) {
        this.#isLosing = false;
        client.destroy();
        return;
      }
      isHeld ||= isScript && this.#held?.length === 0;
      if (isHeld && this.#held !== undefined) this.#held.push(() => server.write(data));
      else server.write(data);
    });
    server.on("data", (data) => client.writable && client.write(data));
    client.once("close", () => isHeld || server.destroy());
    server.once("close", () => client.destroy());
  }
}
