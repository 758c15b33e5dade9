import type { ClientHistory } from "./checker.ts";
import type { Random } from "./random.ts";
import { churn, lookBack } from "./swarm/behaviours.ts";
import type { RoomRequest } from "./swarm/room-requests.ts";
import { SwarmClient } from "./swarm/swarm-client.ts";
import { testToken } from "./test-token.ts";
import { waitUntil } from "./wait-until.ts";

export type { RoomRequest } from "./swarm/room-requests.ts";
export { SwarmClient } from "./swarm/swarm-client.ts";

export interface SwarmOptions {
  clients: number;
  /** The rooms to choose from. */
  rooms: readonly string[];
  roomsPerClient: number;
  /** The tags of the rooms' events. Clients with filters follow half of them. */
  tags: readonly string[];
  filterFor: (tags: readonly string[]) => object;
  random: Random;
  /** Returns where to connect. Called for every attempt. */
  url: () => string;
  /**
   * The same for clients that begin with HTTP long-polling and must stay with one replica.
   * Default: none polls.
   */
  pollingUrl?: () => string;
  /** Returns a position from a moment ago, if there is one. */
  pastPosition: () => string | undefined;
  /** The parser that the server uses, if it is not Socket.IO's default. */
  parser?: object;
  /** Claims of every client's token besides its user. Default: all rooms. */
  claims?: Record<string, unknown>;
  /** Shares of the clients, 0 to 1. Default 0.1 each; 0.05 for `churn` and `since`. */
  shares?: Partial<Record<"polling" | "upgrading" | "filtered" | "since" | "churn", number>>;
}

const defaultShares = { polling: 0.1, upgrading: 0.1, filtered: 0.1, since: 0.05, churn: 0.05 };

/** How many clients connect at once while the swarm starts. */
const startingAtOnce = 50;

/** Many stock clients, each a different user. They follow rooms and record everything that they receive. */
export class Swarm {
  readonly clients: SwarmClient[];
  readonly #options: SwarmOptions;
  readonly #stopBehaviours = new AbortController();
  #behaviours: Promise<void>[] = [];

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.clients = Array.from({ length: options.clients }, (_, index) => this.#client(index));
  }

  /** The parser of all clients, if it is not Socket.IO's default. */
  get parser(): object | undefined {
    return this.#options.parser;
  }

  /** The records of all clients, for the checker. */
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
        client.follow(this.#requestsOf(client)).catch(fail);
      }
      await waitUntil(
        "the clients follow their rooms",
        () => some.every(({ isSettled }) => isSettled),
        timeoutMs,
      );
    }
    this.#behaviours = clients.flatMap((client) => this.#behavioursOf(client));
  }

  /** Stops all behaviours, so that clients stay in their rooms. */
  async settle(): Promise<void> {
    this.#stopBehaviours.abort();
    await Promise.all(this.#behaviours);
  }

  /** How many clients are not connected or wait for a reply. */
  get unsettled(): number {
    return this.clients.filter(({ isSettled }) => !isSettled).length;
  }

  close(): void {
    this.#stopBehaviours.abort();
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

  #requestsOf(client: SwarmClient): RoomRequest[] {
    const { rooms, roomsPerClient, tags, random } = this.#options;
    const isFiltered = this.#isOneOf("filtered", this.clients.indexOf(client));
    const half = isFiltered ? { tags: random.sample(tags, Math.ceil(tags.length / 2)) } : {};
    return random.sample(rooms, roomsPerClient).map((room) => ({ room, ...half }));
  }

  #behavioursOf(client: SwarmClient): Promise<void>[] {
    const { random, rooms, pastPosition } = this.#options;
    const { signal } = this.#stopBehaviours;
    const index = this.clients.indexOf(client);
    const behaviours: Promise<void>[] = [];
    if (this.#isOneOf("churn", index)) behaviours.push(churn(client, random.fork(), signal));
    if (this.#isOneOf("since", index))
      behaviours.push(lookBack(client, random.fork(), signal, rooms, pastPosition));
    return behaviours;
  }

  /**
   * The first clients poll, the next upgrade, the next filter.
   * The clients with behaviours are counted from the end.
   */
  #isOneOf(share: keyof typeof defaultShares, index: number): boolean {
    const { clients, shares } = this.#options;
    const counts = { ...defaultShares, ...shares };
    // Clients poll only if `pollingUrl` keeps them on one replica.
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
