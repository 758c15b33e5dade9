import type { ClientHistory } from "./checker.ts";
import type { Random } from "./random.ts";
import { churn, lookBack } from "./swarm/habits.ts";
import type { SwarmWish } from "./swarm/room-wishes.ts";
import { SwarmClient } from "./swarm/swarm-client.ts";
import { testToken } from "./test-token.ts";
import { waitUntil } from "./wait-until.ts";

export type { SwarmWish } from "./swarm/room-wishes.ts";
export { SwarmClient } from "./swarm/swarm-client.ts";

export interface SwarmOptions {
  clients: number;
  /** The rooms to choose from. */
  rooms: readonly string[];
  roomsPerClient: number;
  /** The tags of the rooms' events; filtering clients follow half of them. */
  tags: readonly string[];
  filterFor: (tags: readonly string[]) => object;
  random: Random;
  /** Where clients connect: called for every attempt. */
  url: () => string;
  /** Where those that begin with HTTP long-polling connect, which must stay with one replica. Default: nobody polls. */
  pollingUrl?: () => string;
  /** A position from a moment ago, if there is one. */
  pastPosition: () => string | undefined;
  /** Other than Socket.IO's own, as the server has been told. */
  parser?: object;
  /** Claims of every client's token beside its user. Default: all rooms are granted. */
  claims?: Record<string, unknown>;
  /** Shares of the clients, 0 to 1. Default a tenth each, `churn` and `since` a twentieth. */
  shares?: Partial<Record<"polling" | "upgrading" | "filtered" | "since" | "churn", number>>;
}

const defaultShares = { polling: 0.1, upgrading: 0.1, filtered: 0.1, since: 0.05, churn: 0.05 };

/** Clients that connect at once while the swarm starts. */
const startingAtOnce = 50;

/** Many stock clients, each a user of its own, that follow rooms and keep a record of all they see. */
export class Swarm {
  readonly clients: SwarmClient[];
  readonly #options: SwarmOptions;
  readonly #stopHabits = new AbortController();
  #habits: Promise<void>[] = [];

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.clients = Array.from({ length: options.clients }, (_, index) => this.#client(index));
  }

  /** The parser of all clients, if it is not Socket.IO's own. */
  get parser(): object | undefined {
    return this.#options.parser;
  }

  /** The record of all clients, for the checker. */
  get histories(): readonly ClientHistory[] {
    return this.clients;
  }

  /** Connects all clients and resolves when each follows its rooms. */
  async start(timeoutMs = 60_000): Promise<void> {
    const { clients } = this;
    for (let from = 0; from < clients.length; from += startingAtOnce) {
      const some = clients.slice(from, from + startingAtOnce);
      for (const client of some) {
        client.connect();
        client.follow(this.#wishesOf(client)).catch(fail);
      }
      await waitUntil(
        "the clients follow their rooms",
        () => some.every(({ isSettled }) => isSettled),
        timeoutMs,
      );
    }
    this.#habits = clients.flatMap((client) => this.#habitsOf(client));
  }

  /** Has everyone stay in the rooms they are in. */
  async settle(): Promise<void> {
    this.#stopHabits.abort();
    await Promise.all(this.#habits);
  }

  /** How many clients are not connected, or wait for an answer. */
  get unsettled(): number {
    return this.clients.filter(({ isSettled }) => !isSettled).length;
  }

  close(): void {
    this.#stopHabits.abort();
    for (const client of this.clients) client.close();
  }

  #client(index: number): SwarmClient {
    const { url, pollingUrl = url, parser, random, filterFor, claims } = this.#options;
    const upgrades = this.#isOneOf("upgrading", index);
    const polls = this.#isOneOf("polling", index);
    return new SwarmClient({
      name: `c${index}`,
      token: testToken(`c${index}`, claims),
      ...(upgrades ? {} : { transport: polls ? "polling" : "websocket" }),
      url: polls || upgrades ? pollingUrl : url,
      parser,
      random: random.fork(),
      filterFor,
    });
  }

  #wishesOf(client: SwarmClient): SwarmWish[] {
    const { rooms, roomsPerClient, tags, random } = this.#options;
    const isFiltered = this.#isOneOf("filtered", this.clients.indexOf(client));
    const half = isFiltered ? { tags: random.sample(tags, Math.ceil(tags.length / 2)) } : {};
    return random.sample(rooms, roomsPerClient).map((room) => ({ room, ...half }));
  }

  #habitsOf(client: SwarmClient): Promise<void>[] {
    const { random, rooms, pastPosition } = this.#options;
    const { signal } = this.#stopHabits;
    const index = this.clients.indexOf(client);
    const habits: Promise<void>[] = [];
    if (this.#isOneOf("churn", index)) habits.push(churn(client, random.fork(), signal));
    if (this.#isOneOf("since", index))
      habits.push(lookBack(client, random.fork(), signal, rooms, pastPosition));
    return habits;
  }

  /** The first clients poll, the next upgrade, the next filter, and so on; those with habits begin at the end. */
  #isOneOf(share: keyof typeof defaultShares, index: number): boolean {
    const { clients, shares } = this.#options;
    const counts = { ...defaultShares, ...shares };
    // One that polls first does so only where it is given a replica to stay with.
    if (this.#options.pollingUrl === undefined) Object.assign(counts, { polling: 0, upgrading: 0 });
    const order = ["polling", "upgrading", "filtered"] as const;
    const place = index / clients;
    if (share === "since") return place >= 1 - counts.since;
    if (share === "churn") return place >= 1 - counts.since - counts.churn && place < 1 - counts.since;
    const before = order.slice(0, order.indexOf(share)).reduce((sum, one) => sum + counts[one], 0);
    return place >= before && place < before + counts[share];
  }
}

function fail(error: unknown): never {
  throw error;
}
