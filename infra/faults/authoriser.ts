import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Run } from "./scenario.ts";

/** Longer than a replica waits for a reply. */
const hangMs = 4_000;

/** An authoriser for replicas. It can fail, hang, delay replies and deny rooms. */
export class Authoriser {
  /** Whether it gives no usable reply. It alternates between 503 and no reply in time. */
  isDown = false;
  /** Whether it denies everything. */
  deniesAll = false;
  /** The denied rooms, as `<user> <room>`. */
  readonly denied = new Set<string>();
  readonly #server = createServer((request, response) => {
    // A killed replica aborts its requests.
    this.#answer(request, response).catch(() => response.destroy());
  });
  /** How often it was asked. */
  asked = 0;
  #waiting: (() => void)[] | undefined;

  /** Starts at a port, by default a free one. It ends with the run. */
  static async start(run: Pick<Run, "onEnd">, port = 0): Promise<Authoriser> {
    const authoriser = new Authoriser();
    const server = authoriser.#server;
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    run.onEnd(() => {
      server.close();
      server.closeAllConnections();
    });
    return authoriser;
  }

  /** Environment of the replicas that use it. */
  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { AUTHORIZER_URL: `http://127.0.0.1:${port}/may-enter` };
  }

  /** Delays replies until `release`. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** How many replies wait. */
  get waiting(): number {
    return this.#waiting?.length ?? 0;
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resume of waiting) resume();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { userId, room } = (await json(request)) as { userId: string; room: string };
    this.asked++;
    if (this.isDown) {
      if (this.asked % 2 === 0) await delay(hangMs, undefined, { ref: false });
      response.writeHead(503).end();
      return;
    }
    if (this.#waiting !== undefined) await new Promise<void>((resume) => this.#waiting?.push(resume));
    const allow = !this.deniesAll && !this.denied.has(`${userId} ${room}`);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ allow }));
  }
}
