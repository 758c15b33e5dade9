import { randomBytes } from "node:crypto";
import { ProtocolError, type RoomName } from "@roomcast/events";
import {
  defaultKeyPrefix,
  type RedisClient,
  RedisConnection,
  RedisStatus,
  type RedisTarget,
  RedisUnavailableError,
  within,
} from "@roomcast/service";
import { checkRoomKind } from "../check-request.ts";
import type {
  Appended,
  AppendRequest,
  EventLog,
  EventLogOptions,
  HistoryRange,
  HistorySlice,
  LogFollower,
  LogHead,
  LogSink,
} from "../event-log.ts";
import { historyBounds } from "../history-bounds.ts";
import { AppendCommand } from "./append-command.ts";
import { AppendQueue } from "./append-queue.ts";
import { HistoryReader } from "./history-reader.ts";
import { LogKeys } from "./keys.ts";
import { RedisFollower } from "./redis-follower.ts";
import { ReplicaAcks } from "./replica-acks.ts";
import { type ReadRanges, SingleFlightReads, type SliceOf } from "./single-flight-reads.ts";

export interface RedisEventLogOptions extends EventLogOptions {
  target: RedisTarget;
  /** Prefix of every key. Default `roomcast:`. */
  keyPrefix?: string;
  /** How long one command may take before it fails. Default 2,000. */
  commandTimeoutMs?: number;
  /** How many appends may wait at once. Further ones fail with `overloaded`. Default 10,000. */
  maxPending?: number;
  /** How long the log may be quiet before a heartbeat is written. Default 1,000. */
  heartbeatMs?: number;
  /** The Redis status that this process's connections share. Default: one for the log alone. */
  status?: RedisStatus;
  /** Called with skipped entries and, without a `status`, with Redis errors. The log recovers by itself. */
  onError: (error: Error) => void;
}

const connectTimeoutMs = 10_000;

/** The log in Redis: one stream for all entries and one for each room's history. One script writes them. */
export class RedisEventLog implements EventLog {
  readonly #options: Required<Omit<RedisEventLogOptions, "history">>;
  readonly #bounds;
  readonly #keys: LogKeys;
  /**
   * Writes and reads share one connection. After a failover, two connections could lead to two servers, and
   * the log of the former master would look as if its newest part had been trimmed.
   */
  readonly #connection: RedisConnection;
  readonly #appends: AppendQueue;
  readonly #command: AppendCommand;
  readonly #replicaAcks: ReplicaAcks;
  readonly #followers = new Set<LogFollower>();
  readonly #epochSeed = randomBytes(4).readUInt32BE().toString(36).padStart(7, "0");
  #calls = 0;
  #refused: string | undefined;
  #isClosed = false;
  readonly #readsAfter: SingleFlightReads;
  readonly #newestReads: SingleFlightReads;

  constructor(options: RedisEventLogOptions) {
    this.#options = {
      keyPrefix: defaultKeyPrefix,
      commandTimeoutMs: 2_000,
      maxPending: 10_000,
      heartbeatMs: 1_000,
      maxEntries: 100_000,
      idempotencyTtlMs: 86_400_000,
      status: RedisStatus.telling(options.onError),
      ...options,
    };
    this.#bounds = historyBounds(options.history);
    this.#keys = new LogKeys(this.#options.keyPrefix);
    const writer = randomBytes(9).toString("base64url");
    this.#command = new AppendCommand({ ...this.#options, writer, keys: this.#keys, bounds: this.#bounds });
    this.#connection = this.#connectionNamed("log");
    const { commandTimeoutMs: timeoutMs, onError } = this.#options;
    const acks = { keys: this.#keys, timeoutMs, onError };
    this.#replicaAcks = new ReplicaAcks(this.#connectionNamed("log-replicated"), acks);
    this.#appends = this.#appendQueue();
    const reader = new HistoryReader(this.#keys, this.#bounds);
    this.#readsAfter = this.#sharedReads((client, ...asked) => reader.after(client, ...asked));
    this.#newestReads = this.#sharedReads((client, ...asked) => reader.newest(client, ...asked));
  }

  /**
   * Connects. Rejects with a `RedisUnavailableError` if closed or not connected after `timeoutMs` (default
   * 10,000), and with a `StartError` if waiting does not help, such as with a wrong password. It keeps trying
   * in both cases.
   */
  async connect(timeoutMs = connectTimeoutMs): Promise<void> {
    await this.#connection.connect(timeoutMs);
  }

  append(request: AppendRequest): Promise<Appended> {
    return this.#appends.append(request);
  }

  appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    return this.#appends.appendAll(requests);
  }

  /**
   * The command of the last append that Redis refused although the entries are written, such as `PUBLISH
   * NOPERM …`; undefined if none. Without pushes, clients receive events late. `onError` is called when this
   * changes.
   */
  get refused(): string | undefined {
    return this.#refused;
  }

  head(): Promise<LogHead> {
    return this.#appends.head();
  }

  async follow(sink: LogSink): Promise<LogFollower> {
    if (this.#isClosed) throw new ProtocolError("unavailable", "the log is closed");
    const { heartbeatMs, commandTimeoutMs, onError } = this.#options;
    const follower = new RedisFollower(
      {
        subscription: this.#connectionNamed("log-follower"),
        reader: this.#connection,
        keys: this.#keys,
        heartbeat: () => this.#appends.head(heartbeatMs),
        heartbeatMs,
        commandTimeoutMs,
        onError,
      },
      sink,
    );
    this.#followers.add(follower);
    await follower.start();
    return follower;
  }

  async history(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    checkRoomKind(room, this.#bounds);
    const reads = range.after === undefined ? this.#newestReads : this.#readsAfter;
    try {
      return await reads.ask(room, range);
    } catch (error) {
      throw new ProtocolError("unavailable", "the history cannot be read now", { cause: error });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#appends.close();
    await Promise.all([...this.#followers].map((follower) => follower.stop()));
    await Promise.all([this.#connection.close(), this.#replicaAcks.close()]);
  }

  /** Drops the connection if a read takes too long. */
  #sharedReads(
    read: (client: RedisClient, ...asked: Parameters<ReadRanges>) => Promise<SliceOf>,
  ): SingleFlightReads {
    const { commandTimeoutMs } = this.#options;
    return new SingleFlightReads(async (...asked) => {
      try {
        return await within(commandTimeoutMs, read(this.#connection.client, ...asked));
      } catch (error) {
        if (error instanceof RedisUnavailableError && this.#connection.isReady) this.#connection.drop();
        throw error;
      }
    }, commandTimeoutMs);
  }

  /** A name that no epoch has had: a random part for this process and a counter. */
  #epochCandidate(): string {
    return `${this.#epochSeed}${(this.#calls++).toString(36)}`;
  }

  #appendQueue(): AppendQueue {
    const { commandTimeoutMs: timeoutMs, maxPending } = this.#options;
    return new AppendQueue(this.#connection, {
      command: this.#command,
      newEpoch: () => this.#epochCandidate(),
      timeoutMs,
      maxPending,
      replication: (epoch) => this.#replicaAcks.of(epoch),
      onRefused: (refused) => this.#noteRefused(refused),
      onStrays: (after) => this.#options.onError(strayError(after)),
    });
  }

  /** Reports each change once. */
  #noteRefused(refused: string | undefined): void {
    if (refused === this.#refused) return;
    this.#refused = refused;
    const text =
      refused === undefined
        ? "Redis accepts every command of an append again"
        : `Redis refuses a command of an append: ${refused}`;
    this.#options.onError(new Error(text));
  }

  #connectionNamed(name: string): RedisConnection {
    const { target, commandTimeoutMs, status } = this.#options;
    // A follower's connection only subscribes, so it cannot probe by writing.
    const probed = name === "log-follower" ? {} : { probeKey: this.#keys.probe };
    return new RedisConnection({ target, name, connectTimeoutMs: commandTimeoutMs, status, ...probed });
  }
}

function strayError(after: number): Error {
  return new Error(
    `Redis has entries after offset ${after} that no append wrote; the log continues after them. Find out which program writes to its keys`,
  );
}
