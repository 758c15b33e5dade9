import type { RedisClient, RedisConnection } from "@roomcast/service";

type Listener = (message: Buffer, channel: Buffer) => void;

/**
 * The publishing client for @socket.io/redis-adapter. The adapter drops the promises of its publishes, so a
 * lost connection would end the process with an unhandled rejection. This class handles the failures.
 */
export class AdapterPublisher {
  readonly #connection: RedisConnection;
  readonly #onError: (error: Error) => void;

  constructor(connection: RedisConnection, onError: (error: Error) => void) {
    this.#connection = connection;
    this.#onError = onError;
  }

  async publish(channel: string, message: string | Buffer): Promise<void> {
    try {
      await this.#connection.client.publish(channel, message);
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  sendCommand(args: string[]): Promise<unknown> {
    return this.#connection.client.sendCommand(args);
  }

  /** The adapter recognizes a node-redis client by this method. */
  pSubscribe(): Promise<void> {
    return Promise.reject(new Error("the publishing client does not subscribe"));
  }

  /** The adapter recognizes by this method a client whose `sendCommand` takes a list. */
  sSubscribe(): Promise<void> {
    return this.pSubscribe();
  }

  on(): this {
    return this;
  }

  off(): this {
    return this;
  }
}

/** The subscribing client for @socket.io/redis-adapter. A new Redis connection first subscribes again. */
export class AdapterSubscriber {
  readonly #connection: RedisConnection;
  readonly #channels = new Map<string, Listener>();
  readonly #patterns = new Map<string, Listener>();

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    connection.prepare((client) => this.#subscribeAll(client));
  }

  subscribe(channels: string[], listener: Listener): void {
    for (const channel of channels) this.#channels.set(channel, listener);
    this.#now((client) => client.subscribe(channels, listener, true));
  }

  pSubscribe(pattern: string, listener: Listener): void {
    this.#patterns.set(pattern, listener);
    this.#now((client) => client.pSubscribe(pattern, listener, true));
  }

  unsubscribe(channels: string[]): void {
    for (const channel of channels) this.#channels.delete(channel);
    this.#now((client) => client.unsubscribe(channels));
  }

  pUnsubscribe(pattern: string): void {
    this.#patterns.delete(pattern);
    this.#now((client) => client.pUnsubscribe(pattern));
  }

  on(): this {
    return this;
  }

  off(): this {
    return this;
  }

  async #subscribeAll(client: RedisClient): Promise<void> {
    for (const [channel, listener] of this.#channels) await client.subscribe(channel, listener, true);
    for (const [pattern, listener] of this.#patterns) await client.pSubscribe(pattern, listener, true);
  }

  /**
   * A change that fails is repeated on a new Redis connection, with all others; that connection is not ready
   * until they succeed.
   */
  #now(change: (client: RedisClient) => Promise<unknown>): void {
    if (this.#connection.isReady)
      change(this.#connection.client).catch((error: Error) => this.#connection.drop(error));
  }
}
