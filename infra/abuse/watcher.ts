import { setTimeout as delay } from "node:timers/promises";
import { TestClient, testToken } from "@roomcast/testkit";
import type { Run } from "../faults/scenario.ts";
import { sendToApi } from "../faults/send.ts";
import { quantile } from "../faults/table.ts";
import type { Servers } from "./servers.ts";

const room = "project:watched";
const pauseMs = 50;

/** A client that follows a room with 20 events a second and measures their latency from the API to itself. */
export class Watcher {
  readonly #client: TestClient;
  readonly #send: ReturnType<typeof sendToApi>;
  /** When the events were sent that have not arrived yet, by key. */
  readonly #sentAtMs = new Map<string, number>();
  readonly #publishing = new Set<Promise<void>>();
  readonly #refused: string[] = [];
  #latencies: number[] = [];
  #published = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(client: TestClient, { api }: Servers) {
    this.#client = client;
    this.#send = sendToApi(api.url);
    client.socket.on("project.updated", ({ data }: { data: { changes: { key: string } } }) =>
      this.#take(data.changes.key),
    );
    this.#timer = setInterval(() => this.#publish(), pauseMs);
  }

  /** Follows the room. Events flow until the run ends. */
  static async start(run: Run, servers: Servers): Promise<Watcher> {
    const client = await TestClient.connected(servers.realtime.url, { token: testToken("watcher") });
    run.onEnd(() => client.close());
    await client.subscribe(room);
    const watcher = new Watcher(client, servers);
    run.onEnd(() => clearInterval(watcher.#timer));
    return watcher;
  }

  /** Returns the median latency in milliseconds since the last call. */
  takeMedian(): number {
    const median = quantile(this.#latencies, 0.5);
    this.#latencies = [];
    return median;
  }

  /** Stops publishing and waits at most 5 seconds for the events on their way. Resolves with the failures. */
  async stop(): Promise<string[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#publishing);
    for (let n = 0; n < 100 && this.#sentAtMs.size > 0; n++) await delay(pauseMs);
    const missing = this.#sentAtMs.size;
    const isConnected = this.#client.socket.connected;
    return [
      ...new Set(this.#refused),
      ...(missing === 0 ? [] : [`${missing} of ${this.#published} events never came`]),
      ...(isConnected ? [] : ["the watcher was disconnected"]),
    ];
  }

  #publish(): void {
    const key = `watched-${this.#published++}`;
    this.#sentAtMs.set(key, performance.now());
    const data = {
      projectId: "watched",
      projectName: "Watched",
      status: "active",
      updatedBy: "u1",
      changes: { key },
    };
    const publishing = this.#send({ id: key, key, rooms: [room], data })
      .catch((error: Error) => void this.#refused.push(`an event was refused: ${error.message}`))
      .then(() => void this.#publishing.delete(publishing));
    this.#publishing.add(publishing);
  }

  #take(key: string): void {
    const sentAtMs = this.#sentAtMs.get(key);
    if (sentAtMs === undefined) return;
    this.#sentAtMs.delete(key);
    this.#latencies.push(performance.now() - sentAtMs);
  }
}
