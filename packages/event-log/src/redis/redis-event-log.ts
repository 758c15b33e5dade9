import { randomBytes } from "node:crypto";
import { ProtocolError, type RoomName, roomKindOf } from "@roomcast/events";
import { RedisConnection, type RedisTarget, RedisUnavailableError, within } from "@roomcast/service";
import { parseEpochs } from "../epochs.ts";
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
import { AppendQueue, type ScriptReply } from "./append-queue.ts";
import { encodeEntry } from "./entry-codec.ts";
import { readHistory } from "./history-reader.ts";
import { LogKeys } from "./keys.ts";
import { RedisFollower } from "./redis-follower.ts";

export interface RedisEventLogOptions extends EventLogOptions {
  target: RedisTarget;
  /** Put before every key. Default `roomcast:`. */
  keyPrefix?: string;
  /** How long one command may take before it fails. Default 2,000. */
  commandTimeoutMs?: number;
  /** Appends that may be waiting at once; more are `overloaded`. Default 10,000. */
  maxPending?: number;
  /** How long the log may be quiet before a sign of life is written. Default 1,000. */
  heartbeatMs?: number;
  /** Told of lost connections and skipped entries; the log recovers by itself. */
  onError: (error: Error) => void;
}

const heartbeat = { kind: "heartbeat", type: "-", rooms: [], transient: true, json: "{}" } as const;

/** The log on Redis: one stream for everything, one for each room's history, written by one script. */
export class RedisEventLog implements EventLog {
  readonly #options: Required<Omit<RedisEventLogOptions, "history">>;
  readonly #bounds;
  readonly #keys: LogKeys;
  /**
   * Writes and reads go over one connection: after a failover, two could be to two servers, and a log that is read from
   * the former master looks as if its newest part had been trimmed.
   */
  readonly #connection: RedisConnection;
  readonly #appends: AppendQueue;
  readonly #ages: { text: string; maxMs: number };
  #replicated: { connection: RedisConnection; appends: AppendQueue } | undefined;
  readonly #followers = new Set<LogFollower>();
  readonly #epochSeed = randomBytes(4).readUInt32BE().toString(36).padStart(7, "0");
  #calls = 0;
  readonly #reading = new Map<string, Promise<HistorySlice>>();

  constructor(options: RedisEventLogOptions) {
    this.#options = {
      keyPrefix: "roomcast:",
      commandTimeoutMs: 2_000,
      maxPending: 10_000,
      heartbeatMs: 1_000,
      maxEntries: 100_000,
      idempotencyTtlMs: 86_400_000,
      ...options,
    };
    this.#bounds = historyBounds(options.history);
    const ages = Object.values(this.#bounds).map(({ maxAgeMs }) => maxAgeMs);
    this.#ages = { text: ages.join(","), maxMs: Math.max(...ages) };
    this.#keys = new LogKeys(this.#options.keyPrefix);
    this.#connection = this.#connectionNamed("log");
    this.#appends = this.#appendQueue(this.#connection);
  }

  /** Connects; rejects only when closed meanwhile, otherwise keeps trying. */
  async connect(): Promise<void> {
    await this.#connection.connect();
  }

  async append(request: AppendRequest): Promise<Appended> {
    const queue = request.ack === "replicated" ? this.#replicatedAppends() : this.#appends;
    const reply = await queue.call(this.#scriptKeys(request), this.#scriptArgs(request, 0));
    const [offset, epoch, duplicateOf] = reply;
    return { id: duplicateOf || request.id, position: { epoch, offset }, duplicate: duplicateOf !== "" };
  }

  async head(): Promise<LogHead> {
    const keys = [this.#keys.meta, this.#keys.log, this.#keys.clock, this.#keys.meta];
    return headOf(
      await this.#appends.call(keys, ["", ...this.#scriptArgs({ ...heartbeat, id: "-" }, 0).slice(1)]),
    );
  }

  async follow(sink: LogSink): Promise<LogFollower> {
    const { heartbeatMs, commandTimeoutMs, onError } = this.#options;
    const follower = new RedisFollower(
      {
        subscription: this.#connectionNamed("log-follower"),
        reader: this.#connection,
        keys: this.#keys,
        heartbeat: () => this.#heartbeat(),
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

  /** Equal questions that are under way are asked once: after a replica died, many clients come back with the same. */
  history(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    const question = `${room} ${range.after} ${range.until} ${range.limit}`;
    const asked = this.#reading.get(question);
    if (asked !== undefined) return asked;
    const answer = this.#readHistory(room, range).finally(() => this.#reading.delete(question));
    this.#reading.set(question, answer);
    return answer;
  }

  async close(): Promise<void> {
    this.#appends.close();
    this.#replicated?.appends.close();
    await Promise.all([...this.#followers].map((follower) => follower.stop()));
    await Promise.all([this.#connection.close(), this.#replicated?.connection.close()]);
  }

  async #readHistory(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    try {
      const slice = readHistory(this.#connection.client, this.#keys, this.#bounds, room, range);
      return await within(this.#options.commandTimeoutMs, slice);
    } catch (error) {
      if (error instanceof RedisUnavailableError && this.#connection.isReady) this.#connection.drop();
      throw new ProtocolError("unavailable", "the history cannot be read now", { cause: error });
    }
  }

  async #heartbeat(): Promise<LogHead> {
    const request = { ...heartbeat, id: "-" };
    return headOf(
      await this.#appends.call(
        this.#scriptKeys(request),
        this.#scriptArgs(request, this.#options.heartbeatMs),
      ),
    );
  }

  #scriptKeys({ rooms, transient, idempotency }: AppendRequest): string[] {
    const { meta, log, clock } = this.#keys;
    const kept = transient ? [] : rooms;
    const histories = kept.flatMap((room) => [this.#keys.history(room), this.#keys.roomHead(room)]);
    return [meta, log, clock, idempotency ? this.#keys.idempotency(idempotency.key) : meta, ...histories];
  }

  #scriptArgs(request: AppendRequest, quietMs: number): string[] {
    const { maxEntries, idempotencyTtlMs } = this.#options;
    const transient = request.transient ?? false;
    const kept = transient ? [] : request.rooms;
    return [
      encodeEntry({ ...request, transient }),
      this.#epochCandidate(),
      String(maxEntries),
      this.#keys.channel,
      request.idempotency?.fingerprint ?? "",
      String(idempotencyTtlMs),
      request.id,
      String(quietMs),
      this.#ages.text,
      String(this.#ages.maxMs),
      ...kept.flatMap((room) => {
        const { maxEvents, maxAgeMs } = this.#bounds[roomKindOf(room)];
        return [String(maxEvents), String(maxAgeMs)];
      }),
    ];
  }

  /** A name that no epoch has had: random for this process, counted on for each call. */
  #epochCandidate(): string {
    return `${this.#epochSeed}${(this.#calls++).toString(36)}`;
  }

  /** WAIT blocks the connection it is sent on, so such appends have one of their own. */
  #replicatedAppends(): AppendQueue {
    if (this.#replicated === undefined) {
      const connection = this.#connectionNamed("log-replicated");
      this.#replicated = { connection, appends: this.#appendQueue(connection, 1) };
      connection.connect().catch(this.#options.onError);
    }
    return this.#replicated.appends;
  }

  #appendQueue(connection: RedisConnection, replicas = 0): AppendQueue {
    const { commandTimeoutMs: timeoutMs, maxPending } = this.#options;
    return new AppendQueue(connection, { timeoutMs, maxPending, replicas });
  }

  #connectionNamed(name: string): RedisConnection {
    const { target, commandTimeoutMs, onError } = this.#options;
    return new RedisConnection({ target, name, connectTimeoutMs: commandTimeoutMs, onError });
  }
}

function headOf([, , , epochs, offset]: ScriptReply): LogHead {
  return { offset, epochs: parseEpochs(epochs) };
}
