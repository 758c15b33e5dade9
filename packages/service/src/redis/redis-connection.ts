import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import type { RedisTarget } from "./redis-target.ts";
import { RedisUnavailableError } from "./redis-unavailable-error.ts";
import { findMaster } from "./sentinel.ts";
import { within } from "./within.ts";

/** A node-redis client speaking RESP3 that never reconnects by itself. */
export type RedisClient = ReturnType<typeof openClient>;

export interface RedisConnectionOptions {
  target: RedisTarget;
  /** Shown by `CLIENT LIST`. */
  name: string;
  /** How long one attempt to connect may take, handshake included. Default 2,000. */
  connectTimeoutMs?: number;
  /** Told of every lost connection and failed attempt. */
  onError: (error: Error) => void;
}

/** Runs on each new connection before it counts as ready; a rejection makes it try again. */
export type PrepareConnection = (client: RedisClient) => Promise<void>;

/**
 * A connection to whichever server is the master now. Every reconnect asks anew where that is and runs the prepare
 * steps first; nothing is queued while it is down and nothing is sent twice.
 */
export class RedisConnection {
  readonly #options: Required<RedisConnectionOptions>;
  readonly #prepare: PrepareConnection[] = [];
  readonly #onReady: (() => void)[] = [];
  readonly #onLost: (() => void)[] = [];
  #client: RedisClient | undefined;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #loop: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: RedisConnectionOptions) {
    this.#options = { connectTimeoutMs: 2_000, ...options };
  }

  /** Adds a step for every new connection; call it before `connect`. */
  prepare(step: PrepareConnection): this {
    this.#prepare.push(step);
    return this;
  }

  /** Adds a listener for the moment a connection becomes ready. */
  onReady(listener: () => void): this {
    this.#onReady.push(listener);
    return this;
  }

  /** Adds a listener for the moment a ready connection is lost. */
  onLost(listener: () => void): this {
    this.#onLost.push(listener);
    return this;
  }

  /** Starts to connect and keeps the connection up until `close`; resolves with the first ready one. */
  connect(): Promise<void> {
    this.#loop ??= this.#keepConnected();
    return this.ready();
  }

  /** Whether a command can be sent now. */
  get isReady(): boolean {
    return this.#client?.isReady === true;
  }

  /** The ready client, or throws `RedisUnavailableError`. */
  get client(): RedisClient {
    if (this.#client === undefined) throw new RedisUnavailableError("not connected to Redis");
    return this.#client;
  }

  /** Resolves as soon as a command can be sent; rejects when the connection is closed. */
  ready(): Promise<void> {
    if (this.#client !== undefined) return Promise.resolve();
    if (this.#closing.signal.aborted)
      return Promise.reject(new RedisUnavailableError("the connection is closed"));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Gives up the present connection (deaf, hung, or to a former master) and makes a new one. */
  drop(): void {
    this.#client?.destroy();
  }

  /** Ends the connection for good. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { reject } of this.#waiting.splice(0))
      reject(new RedisUnavailableError("the connection is closed"));
    this.drop();
    await this.#loop;
  }

  async #keepConnected(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#live(() => {
          failures = 0;
        });
      } catch (error) {
        this.#options.onError(error as Error);
      }
      failures++;
      const backoffMs = Math.min(1_000, 25 * 2 ** failures) * (0.5 + Math.random() / 2);
      await delay(backoffMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** One connection from its opening to its end. */
  async #live(opened: () => void): Promise<void> {
    const { target, name, connectTimeoutMs } = this.#options;
    const url = target.kind === "standalone" ? target.url : await findMaster(target, connectTimeoutMs);
    const client = openClient(url, target.kind === "sentinel" ? target.auth : {}, name, connectTimeoutMs);
    let lastError: Error | undefined;
    client.on("error", (error: Error) => {
      lastError = error;
    });
    const ended = new Promise<void>((resolve) => {
      client.once("end", resolve);
      client.once("error", () => resolve());
    });
    try {
      await within(connectTimeoutMs, this.#open(client));
      opened();
      await ended;
    } finally {
      this.#lose(client);
    }
    if (!this.#closing.signal.aborted)
      throw lastError ?? new RedisUnavailableError("the connection to Redis was lost");
  }

  async #open(client: RedisClient): Promise<void> {
    await client.connect();
    for (const step of this.#prepare) await step(client);
    if (this.#closing.signal.aborted || !client.isReady)
      throw new RedisUnavailableError("closed while connecting");
    this.#client = client;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    for (const listener of this.#onReady) listener();
  }

  #lose(client: RedisClient): void {
    const wasReady = this.#client === client;
    this.#client = undefined;
    if (client.isOpen) client.destroy();
    if (wasReady) for (const listener of this.#onLost) listener();
  }
}

function openClient(url: string, auth: object, name: string, connectTimeoutMs: number) {
  return createClient({
    url,
    ...auth,
    name,
    RESP: 3,
    // A reply to a queued command after a reconnect could come from another master: nothing waits in the client.
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    // By default each command has an AbortSignal for five seconds, though it is written at once. See `within`.
    commandOptions: { timeout: 0 },
    socket: { reconnectStrategy: false, connectTimeout: connectTimeoutMs, noDelay: true },
  });
}
