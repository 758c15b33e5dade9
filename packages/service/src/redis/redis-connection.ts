import { setTimeout as delay } from "node:timers/promises";
import { backoffMs, jittered } from "../backoff.ts";
import { checkRights } from "./check-rights.ts";
import { checkServer, checkState } from "./check-server.ts";
import { lossOf, openClient, type RedisClient, watchReplies } from "./redis-client.ts";
import { RedisStatus } from "./redis-status.ts";
import { addressOf, type RedisTarget } from "./redis-target.ts";
import { RedisTrouble, troubleOf, troubleOfReply } from "./redis-trouble.ts";
import { RedisUnavailableError } from "./redis-unavailable-error.ts";
import { findMaster } from "./sentinel.ts";
import { within } from "./within.ts";

export interface RedisConnectionOptions {
  target: RedisTarget;
  /** Shown by `CLIENT LIST`. */
  name: string;
  /** How long one attempt to connect may take, including the handshake. Default 2,000. */
  connectTimeoutMs?: number;
  /** The status that this process's connections share. Default: one for this connection alone. */
  status?: RedisStatus;
  /** Without a `status`: called when the connection fails, once for each reason of an outage. */
  onError?: (error: Error) => void;
  /** A key for probes, which show whether the server accepts writes and the user has all rights. */
  probeKey?: string;
}

/** Runs on each new connection before it is ready. A rejection makes the connection retry. */
export type PrepareConnection = (client: RedisClient) => Promise<void>;

/** Shorter than the smallest `timeout` after which Redis can close idle connections. */
const probeIntervalMs = 1_000;
/** A probe may wait behind a large reply. A connection that is silent for longer hangs. */
const probeTimeoutMs = 5_000;
const reconnectBackoff = { firstMs: 50, longestMs: 1_000 };
/** A connection that lived shorter counts as failed, so the next attempt waits longer. */
const shortLifeMs = 1_000;

/**
 * A connection to the current master. It checks each error reply and probes the server every second. It
 * leaves a server that cannot serve. Each reconnect finds the master again and runs the prepare steps before
 * the connection is ready. No command is queued while it is down, and none is sent twice.
 */
export class RedisConnection {
  readonly #options: RedisConnectionOptions & { connectTimeoutMs: number };
  readonly #status: RedisStatus;
  readonly #prepare: PrepareConnection[] = [];
  readonly #onReady: (() => void)[] = [];
  readonly #onLost: (() => void)[] = [];
  #client: RedisClient | undefined;
  #address: string;
  /** Why the current connection is dropped. */
  #dropped: RedisTrouble | undefined;
  #readyAtMs = Number.POSITIVE_INFINITY;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #loop: Promise<void> | undefined;
  readonly #closing = new AbortController();
  /** Rejects when the connection is closed. */
  readonly #closed: Promise<never>;

  constructor(options: RedisConnectionOptions) {
    this.#options = { connectTimeoutMs: 2_000, ...options };
    this.#status = options.status ?? RedisStatus.telling(options.onError ?? (() => undefined));
    this.#address = addressOf(options.target);
    this.#closed = new Promise((_, reject) => {
      this.#closing.signal.addEventListener("abort", () =>
        reject(new RedisUnavailableError("the connection is closed")),
      );
    });
    this.#closed.catch(() => undefined);
  }

  /** Adds a step for every new connection, before `connect`. */
  prepare(step: PrepareConnection): this {
    this.#prepare.push(step);
    return this;
  }

  /** Adds a listener that is called when a connection becomes ready. */
  onReady(listener: () => void): this {
    this.#onReady.push(listener);
    return this;
  }

  /** Adds a listener that is called when a ready connection is lost. */
  onLost(listener: () => void): this {
    this.#onLost.push(listener);
    return this;
  }

  /**
   * Connects and reconnects until `close`. Resolves when a connection is ready for the first time. Rejects
   * with a `RedisUnavailableError` if closed or not ready after `timeoutMs` (default: no limit), and with a
   * `StartError` if waiting does not help. It keeps trying after both, unless closed.
   */
  connect(timeoutMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#loop === undefined && !this.#closing.signal.aborted) {
      this.#status.add(this.#options.name, this);
      this.#loop = this.#keepConnected();
    }
    const ready = Promise.race([this.ready(), this.#status.failed.then((error) => Promise.reject(error))]);
    if (timeoutMs === Number.POSITIVE_INFINITY) return ready;
    return within(
      timeoutMs,
      ready,
      () => this.#status.reason ?? `Redis at ${this.#address} has not answered yet`,
    );
  }

  /** Whether commands can be sent now. */
  get isReady(): boolean {
    return this.#client?.isReady === true;
  }

  /** The ready client. Throws `RedisUnavailableError` if there is none. */
  get client(): RedisClient {
    if (this.#client === undefined) throw new RedisUnavailableError("not connected to Redis");
    return this.#client;
  }

  /**
   * Whether this Redis should have replicas, even if none is online now: Sentinel manages it, or a replica
   * was online recently. A master that lost its replicas may be about to lose its newest writes.
   */
  get expectsReplica(): boolean {
    return this.#options.target.kind === "sentinel" || this.#status.hadReplica;
  }

  /** Resolves as soon as commands can be sent. Rejects when the connection is closed. */
  ready(): Promise<void> {
    if (this.#client !== undefined) return Promise.resolve();
    if (this.#closing.signal.aborted)
      return Promise.reject(new RedisUnavailableError("the connection is closed"));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Drops the current connection and makes a new one. The default reason is that it does not answer. */
  drop(reason?: Error): void {
    this.#dropped ??= reason === undefined ? new RedisTrouble("no answer", "reconnect") : troubleOf(reason);
    if (this.#client?.isOpen) this.#client.destroy();
  }

  /** Closes the connection and does not reconnect. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { reject } of this.#waiting.splice(0))
      reject(new RedisUnavailableError("the connection is closed"));
    this.drop();
    await this.#loop;
    this.#status.remove(this.#options.name, this);
  }

  async #keepConnected(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      this.#readyAtMs = Number.POSITIVE_INFINITY;
      const trouble = await this.#live();
      if (this.#closing.signal.aborted) return;
      failures = performance.now() - this.#readyAtMs > shortLifeMs ? 1 : failures + 1;
      const pauseMs = jittered(backoffMs(failures, reconnectBackoff));
      this.#status.troubled(this.#options.name, this.#address, trouble, pauseMs);
      await delay(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Runs one connection. Resolves with the reason of its end. */
  async #live(): Promise<RedisTrouble> {
    const { connectTimeoutMs } = this.#options;
    this.#dropped = undefined;
    const ending = new AbortController();
    let client: RedisClient | undefined;
    try {
      client = await Promise.race([this.#create(), this.#closed]);
      const lost = Promise.race([lossOf(client), this.#closed]);
      await within(connectTimeoutMs, Promise.race([this.#open(client), lost]));
      return await Promise.race([lost, this.#keepProbing(client, ending.signal)]);
    } catch (error) {
      return this.#dropped ?? troubleOf(error as Error);
    } finally {
      ending.abort();
      if (client !== undefined) this.#lose(client);
    }
  }

  async #create(): Promise<RedisClient> {
    const { target, name, connectTimeoutMs } = this.#options;
    this.#address = addressOf(target);
    const url = target.kind === "standalone" ? target.url : await findMaster(target, connectTimeoutMs);
    this.#address = new URL(url).host;
    const client = openClient(url, target.kind === "sentinel" ? target.auth : {}, name, connectTimeoutMs);
    watchReplies(client, (trouble) => this.#judge(trouble));
    return client;
  }

  async #open(client: RedisClient): Promise<void> {
    const { probeKey } = this.#options;
    await client.connect();
    await checkServer(client);
    const isServing = await this.#probe(client);
    if (probeKey !== undefined) await checkRights(client, probeKey);
    for (const step of this.#prepare) await step(client);
    if (this.#closing.signal.aborted || !client.isReady)
      throw new RedisUnavailableError("closed while connecting");
    this.#client = client;
    this.#readyAtMs = performance.now();
    if (isServing) this.#serves();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    for (const listener of this.#onReady) listener();
  }

  /** Rejects when the server can no longer serve or does not answer. */
  async #keepProbing(client: RedisClient, signal: AbortSignal): Promise<never> {
    for (;;) {
      await delay(probeIntervalMs, undefined, { signal });
      if (await within(probeTimeoutMs, this.#probe(client))) this.#serves();
    }
  }

  /** Says whether the server accepts writes, if this connection needs that. Rejects if it cannot serve. */
  async #probe(client: RedisClient): Promise<boolean> {
    const { probeKey } = this.#options;
    const { hasReplica } = await checkState(client);
    if (hasReplica) this.#status.sawReplica();
    if (probeKey === undefined) return true;
    try {
      await client.set(probeKey, "1", { expiration: { type: "PX", value: 60_000 } });
      return true;
    } catch (error) {
      // `#judge` has reported it. Keep a server that refuses writes for a while: it can still be read.
      if (troubleOfReply(error)?.remedy !== "wait") throw error;
      return false;
    }
  }

  #serves(): void {
    this.#status.serves(this.#options.name, this.#address);
  }

  /** Acts on an error reply, whichever command it answers. */
  #judge(trouble: RedisTrouble): void {
    if (trouble.remedy === "wait") this.#status.troubled(this.#options.name, this.#address, trouble);
    else this.drop(trouble);
  }

  #lose(client: RedisClient): void {
    const wasReady = this.#client === client;
    this.#client = undefined;
    if (client.isOpen) client.destroy();
    if (wasReady) for (const listener of this.#onLost) listener();
  }
}
