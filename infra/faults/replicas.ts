import { setTimeout as delay } from "node:timers/promises";
import { type RoomcastProcess, startRoomcast, TcpProxy } from "@roomcast/testkit";

export interface ReplicasOptions {
  /** One URL for each replica. */
  redisUrls: readonly string[];
  env: Record<string, string>;
}

const checkMs = 250;
const answerMs = 1_000;

/** Realtime processes behind a load balancer. It leaves out processes that are not ready. */
export class Replicas {
  readonly all: readonly RoomcastProcess[];
  readonly balancer: TcpProxy;
  /** A link to each replica, for clients that poll and must stay with one replica. */
  readonly links: readonly TcpProxy[];
  readonly #stopping = new AbortController();
  readonly #checks: Promise<void>;
  /** Replicas that are down on purpose. */
  readonly #down = new Set<RoomcastProcess>();

  private constructor(all: readonly RoomcastProcess[], balancer: TcpProxy, links: readonly TcpProxy[]) {
    this.all = all;
    this.balancer = balancer;
    this.links = links;
    this.#checks = this.#watch();
  }

  static async start({ redisUrls, env }: ReplicasOptions): Promise<Replicas> {
    const all = await Promise.all(redisUrls.map((redisUrl) => startRoomcast("realtime", { redisUrl, env })));
    const ports = all.map(({ port }) => port);
    const links = await Promise.all(ports.map((port) => TcpProxy.start(port)));
    return new Replicas(all, await TcpProxy.start(...ports), links);
  }

  /** The URL for websocket clients. */
  get url(): string {
    return `http://127.0.0.1:${this.balancer.port}`;
  }

  /** Breaks the connections of all clients. */
  sever(): void {
    for (const link of [this.balancer, ...this.links]) link.sever();
  }

  /** Kills a replica with SIGKILL and starts it again. Resolves when it is ready. */
  async crash(replica: RoomcastProcess): Promise<void> {
    await this.#restart(replica, async () => {
      replica.kill("SIGKILL");
      await replica.process.exited;
    });
  }

  /** Ends a replica with SIGTERM and starts it again. Resolves with the milliseconds until it had ended. */
  async roll(replica: RoomcastProcess): Promise<number> {
    let tookMs = 0;
    await this.#restart(replica, async () => {
      const startedAtMs = performance.now();
      replica.kill("SIGTERM");
      await replica.process.exited;
      tookMs = performance.now() - startedAtMs;
    });
    return tookMs;
  }

  /** One failure for each process that ended unexpectedly. */
  get failures(): string[] {
    return this.all
      .filter((replica) => replica.process.hasExited && !this.#down.has(replica))
      .map(({ process }) => `a replica ended: ${process.output.slice(-2_000)}`);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#checks;
    await Promise.all([this.balancer, ...this.links].map((link) => link.stop()));
    await Promise.all(this.all.map((replica) => replica.stop()));
  }

  async #restart(replica: RoomcastProcess, end: () => Promise<void>): Promise<void> {
    this.#down.add(replica);
    await end();
    if (this.#stopping.signal.aborted) return;
    await replica.restart();
    this.#down.delete(replica);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const answers = await Promise.all(this.all.map((replica) => isReady(replica)));
      const ready = this.all.filter((_, index) => answers[index]);
      this.balancer.setTargets((ready.length > 0 ? ready : this.all).map(({ port }) => port));
      await delay(checkMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether a process reports that it is ready for traffic. */
export async function isReady({ url }: RoomcastProcess): Promise<boolean> {
  const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(answerMs) }).catch(
    () => undefined,
  );
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}
