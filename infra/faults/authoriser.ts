import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Run } from "./scenario.ts";

/** Longer than a replica waits for an answer. */
const hangMs = 4_000;

/** The application's authoriser, as a replica asks it: it can fail, hang, let answers wait, and say no. */
export class Authoriser {
  /** Whether it gives no usable answer: by turns 503, and nothing within the time. */
  isDown = false;
  /** Whether it says no to everything. */
  deniesAll = false;
  /** What it says no to, as `<user> <room>`. */
  readonly denied = new Set<string>();
  readonly #server = createServer((request, response) => {
    // A replica that was killed breaks off its questions.
    this.#answer(request, response).catch(() => response.destroy());
  });
  /** How often it was asked. */
  asked = 0;
  #waiting: (() => void)[] | undefined;

  /** Starts at a port, a free one by default; ends with the run. */
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

  /** For the replicas that ask it. */
  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { AUTHORIZER_URL: `http://127.0.0.1:${port}/may-enter` };
  }

  /** Lets answers wait until `release`. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** How many answers wait. */
  get waiting(): number {
    return this.#waiting?.length ?? 0;
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const goOn of waiting) goOn();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { userId, room } = (await json(request)) as { userId: string; room: string };
    this.asked++;
    if (this.isDown) {
      if (this.asked % 2 === 0) await delay(hangMs, undefined, { ref: false });
      response.writeHead(503).end();
      return;
    }
    if (this.#waiting !== undefined) await new Promise<void>((goOn) => this.#waiting?.push(goOn));
    const allow = !this.deniesAll && !this.denied.has(`${userId} ${room}`);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ allow }));
  }
}
