import { setTimeout as delay } from "node:timers/promises";
import { ProtocolError } from "@roomcast/events";
import {
  type Allowances,
  type Random,
  type Revoked,
  type Swarm,
  type SwarmClient,
  TestClient,
} from "@roomcast/testkit";
import { post } from "./send.ts";

/** How long it still retries after it was told to stop. */
const giveUpAfterMs = 30_000;

/** Revokes access of clients during a fault and records it. */
export class Revocations {
  readonly all: Revoked[] = [];
  readonly #apiUrl: string;
  readonly #swarm: Swarm;
  readonly #random: Random;
  readonly #stopping = new AbortController();
  #giveUpAtMs = Number.POSITIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();

  constructor(apiUrl: string, swarm: Swarm, random: Random) {
    this.#apiUrl = apiUrl;
    this.#swarm = swarm;
    this.#random = random;
  }

  /** Alternately revokes a user and a room, with a pause of `pauseMs` between them. */
  start(pauseMs: number): void {
    this.#running = this.#revokeByTurns(pauseMs);
  }

  /** Resolves when all begun revocations are answered, or after half a minute. */
  async stop(): Promise<void> {
    this.#giveUpAtMs = Math.min(this.#giveUpAtMs, performance.now() + giveUpAfterMs);
    this.#stopping.abort();
    await this.#running;
  }

  /** Stops all retries at once. */
  end(): void {
    this.#giveUpAtMs = Number.NEGATIVE_INFINITY;
    this.#stopping.abort();
  }

  /** How many revocations were acknowledged. */
  get answered(): number {
    return this.all.filter(({ answeredAtMs }) => answeredAtMs !== undefined).length;
  }

  /** Retries until it is acknowledged. */
  async #revoke({ name }: SwarmClient, room: string | undefined): Promise<void> {
    const revoked: Revoked = {
      client: name,
      askedAtMs: performance.now(),
      ...(room === undefined ? {} : { room }),
    };
    this.all.push(revoked);
    while (performance.now() < this.#giveUpAtMs) {
      if (await this.#ask({ userId: name, ...(room === undefined ? {} : { room }) })) {
        revoked.answeredAtMs = performance.now();
        break;
      }
      await delay(this.#random.between(50, 150));
    }
  }

  /** Revokes `count` clients at once, alternately everything and one room. */
  async revokeSome(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, n) => this.#revokeAny(n % 2 === 0)));
  }

  /** Revokes everything (`isUser`) or one room of a client that has lost nothing yet, if there is one. */
  async #revokeAny(isUser: boolean): Promise<void> {
    const client = this.#candidate();
    if (client !== undefined)
      await this.#revoke(client, isUser ? undefined : this.#random.pick(client.rooms));
  }

  /** Returns the revoked clients whose token the server does not refuse as revoked. */
  async returned(url: string, { forgotten }: Allowances): Promise<string[]> {
    const names = this.all.flatMap((one) =>
      one.room === undefined && one.answeredAtMs !== undefined && forgotten?.(one) !== true
        ? [one.client]
        : [],
    );
    const clients = this.#swarm.clients.filter(({ name }) => names.includes(name));
    const answers = await Promise.all(clients.map(({ token }) => this.#refusalOf(url, token)));
    return clients.flatMap(({ name }, index) =>
      answers[index] === "revoked" ? [] : [`${name} (${answers[index]})`],
    );
  }

  async #revokeByTurns(pauseMs: number): Promise<void> {
    const { signal } = this.#stopping;
    for (let n = 0; ; n++) {
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#revokeAny(n % 2 === 0);
    }
  }

  /** A client of which nothing was revoked yet. */
  #candidate(): SwarmClient | undefined {
    const touched = new Set(this.all.map(({ client }) => client));
    const candidates = this.#swarm.clients.filter(
      ({ name, rooms, hasGivenUp }) => !touched.has(name) && !hasGivenUp && rooms.length > 0,
    );
    return candidates.length === 0 ? undefined : this.#random.pick(candidates);
  }

  async #ask(body: object): Promise<boolean> {
    try {
      const response = await post(`${this.#apiUrl}/api/v1/revocations`, body);
      await response.body?.cancel();
      return response.status === 201;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return false;
    }
  }

  async #refusalOf(url: string, token: string): Promise<string> {
    try {
      const { parser } = this.#swarm;
      const options = parser === undefined ? {} : { parser };
      const client = await TestClient.connected(url, { token, ...options });
      client.close();
      return "let in";
    } catch (error) {
      return (error as { data?: { code?: string } }).data?.code ?? (error as Error).message;
    }
  }
}
