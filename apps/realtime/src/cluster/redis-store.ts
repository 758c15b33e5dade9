import { ProtocolError } from "@roomcast/events";
import {
  type RedisClient,
  type RedisConnection,
  RedisUnavailableError,
  redisKey,
  within,
} from "@roomcast/service";

/** Runs commands against the state that the replicas share, each with a timeout. */
export class RedisStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #timeoutMs: number;

  constructor(connection: RedisConnection, { prefix, timeoutMs }: { prefix: string; timeoutMs: number }) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#timeoutMs = timeoutMs;
  }

  /** A key with the hash tag of the log's partition. */
  key(name: string): string {
    return redisKey(this.#prefix, name);
  }

  /** The result of the commands, or `ProtocolError("unavailable")`. */
  async run<T>(commands: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await within(this.#timeoutMs, commands(this.#connection.client));
    } catch (error) {
      // On a connection that hangs every later command would wait as long again.
      if (error instanceof RedisUnavailableError && this.#connection.isReady) this.#connection.drop();
      throw new ProtocolError("unavailable", "the shared state cannot be reached now", { cause: error });
    }
  }
}
