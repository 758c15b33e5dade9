import { awaitReplica, type RedisConnection, type Replication, within } from "@roomcast/service";
import { epochFunctions } from "./epoch-script.ts";
import type { LogKeys } from "./keys.ts";

/** Replication is one stream: a replica that has this write has all earlier writes of its master. */
const script = `${epochFunctions}
redis.call('SET', KEYS[2], '', 'PX', 1000)
return epochOf(KEYS[1])`;

/** The result of one wait for a replica; without an epoch if it failed. */
interface Round {
  epoch?: string;
  replication: Replication;
}

/**
 * Says whether a Redis replica has what the log has written. WAIT blocks its connection, so it has a
 * connection of its own. Callers that ask during a wait share the next wait.
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
   * Says whether a replica has everything that was written so far in this epoch. Returns `late` also if that
   * is unknown: there is no connection, or it leads to a Redis in another epoch. Never rejects.
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
