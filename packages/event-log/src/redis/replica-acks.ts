import { awaitReplica, type RedisConnection, type Replication, within } from "@roomcast/service";
import { epochFunctions } from "./epoch-script.ts";
import type { LogKeys } from "./keys.ts";

/** Replication is one stream: a replica that has this write has all that its master wrote before. */
const script = `${epochFunctions}
redis.call('SET', KEYS[2], '', 'PX', 1000)
return epochOf(KEYS[1])`;

/** What one wait for a replica showed; without an epoch if it failed. */
interface Round {
  epoch?: string;
  replication: Replication;
}

/**
 * Tells whether a Redis replica has what the log has written. WAIT blocks the connection it is sent on, so it has one of
 * its own, and all who ask while one wait is under way share the next.
 */
export class ReplicaAcks {
  readonly #connection: RedisConnection;
  readonly #keys: LogKeys;
  readonly #timeoutMs: number;
  readonly #onError: (error: Error) => void;
  #isConnecting = false;
  #current: Promise<Round> | undefined;
  #next: Promise<Round> | undefined;

  constructor(
    connection: RedisConnection,
    options: { keys: LogKeys; timeoutMs: number; onError: (error: Error) => void },
  ) {
    this.#connection = connection;
    this.#keys = options.keys;
    this.#timeoutMs = options.timeoutMs;
    this.#onError = options.onError;
  }

  /**
   * Whether a replica has what was written in this epoch until now. `late` also if nobody could say: there is no
   * connection, or it leads to a Redis in another epoch. Never rejects.
   */
  async of(epoch: string): Promise<Replication> {
    this.#next ??= this.#after(this.#current);
    const round = await this.#next;
    return round.epoch === epoch ? round.replication : "late";
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #after(previous: Promise<Round> | undefined): Promise<Round> {
    await previous;
    this.#current = this.#next;
    this.#next = undefined;
    return this.#ask().catch((error: Error): Round => {
      this.#onError(error);
      return { replication: "late" };
    });
  }

  async #ask(): Promise<Round> {
    await within(this.#timeoutMs, this.#connected());
    try {
      return await within(this.#timeoutMs, this.#wait());
    } catch (error) {
      if (this.#connection.isReady) this.#connection.drop();
      throw error;
    }
  }

  #connected(): Promise<void> {
    if (this.#isConnecting) return this.#connection.ready();
    this.#isConnecting = true;
    return this.#connection.connect();
  }

  async #wait(): Promise<Round> {
    const { client } = this.#connection;
    const keys = [this.#keys.meta, this.#keys.confirmation];
    const epoch = (await client.eval(script, { keys })) as string;
    return { epoch, replication: await awaitReplica(this.#connection, this.#timeoutMs / 2) };
  }
}
