import { setTimeout as delay } from "node:timers/promises";
import type { Position } from "@roomcast/events";
import { type RedisConnection, within } from "@roomcast/service";
import { currentEpoch, currentEpochStart, lastCommonOffset, validatePosition } from "../epochs.ts";
import type { DiscontinuityReason, LogEntry, LogFollower, LogHead, LogSink } from "../event-log.ts";
import { OffsetWaiters } from "../offset-waiters.ts";
import { pushSeparator } from "./append-script.ts";
import { decodeEntry } from "./entry-codec.ts";
import type { LogKeys } from "./keys.ts";
import { readLog } from "./log-reader.ts";

const pageSize = 500;
const maxQueuedPushes = 10_000;

export interface RedisFollowerOptions {
  /** Receives the pushes and sends no other commands. */
  subscription: RedisConnection;
  /** Reads the log. Heartbeats are written over the same connection. */
  reader: RedisConnection;
  keys: LogKeys;
  /** Writes a heartbeat if the log has been quiet, and returns the end of the log. */
  heartbeat: () => Promise<LogHead>;
  /** After this long without a push, the follower checks whether its subscription is stale. */
  heartbeatMs: number;
  commandTimeoutMs: number;
  onError: (error: Error) => void;
}

/**
 * Always delivers entry L + 1 after entry L. It delivers a push with the next offset and drops a lower one. A
 * higher offset or a new epoch makes it read the log. Pushes are queued while it reads.
 */
export class RedisFollower implements LogFollower {
  readonly #options: RedisFollowerOptions;
  readonly #sink: LogSink;
  readonly #reached = new OffsetWaiters();
  #head: LogHead = { offset: 0, epochs: [] };
  #epoch = "none";
  #offset = 0;
  #reading: Promise<void> | undefined;
  #readAgain = false;
  #queued: LogEntry[] = [];
  #heardAtMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #isConnected = false;
  #stopped = false;

  constructor(options: RedisFollowerOptions, sink: LogSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Starts to follow at the log's current head. */
  async start(): Promise<void> {
    const { subscription, keys, heartbeatMs } = this.#options;
    const head = await this.#firstHead();
    this.#head = head;
    this.#offset = head.offset;
    this.#epoch = currentEpoch(head);
    subscription.prepare(async (client) => {
      await client.subscribe(keys.channel, (text) => this.#onPush(text));
    });
    subscription.onReady(() => this.#catchUp());
    subscription.onLost(() => this.#setConnected(false));
    await subscription.connect();
    this.#timer = setInterval(() => this.#checkStale(), heartbeatMs / 2);
    await this.#reading;
  }

  /** Retries until the log can be written. That may take long, and the follower may be stopped before. */
  async #firstHead(): Promise<LogHead> {
    const { heartbeat, heartbeatMs, onError } = this.#options;
    for (;;) {
      try {
        return await heartbeat();
      } catch (error) {
        if (this.#stopped) throw error;
        onError(error as Error);
        await delay(heartbeatMs);
      }
    }
  }

  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  get head(): LogHead {
    return this.#head;
  }

  reached(offset: number, timeoutMs: number): Promise<boolean> {
    return this.#offset >= offset ? Promise.resolve(true) : this.#reached.wait(offset, timeoutMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#reached.clear();
    await this.#options.subscription.close();
    await this.#reading;
  }

  /** A push holds all entries that one script appended, in order. */
  #onPush(text: string): void {
    this.#heardAtMs = performance.now();
    for (const entryText of text.split(pushSeparator)) this.#onEntry(entryText);
  }

  #onEntry(text: string): void {
    const entry = decodeEntry(text);
    if (entry === undefined) this.#options.onError(new Error("the follower skipped an unreadable push"));
    else if (this.#reading !== undefined) this.#queue(entry);
    else this.#take(entry);
  }

  /** Pushes beyond the bound are not lost: the follower reads them from the log. */
  #queue(entry: LogEntry): void {
    if (this.#queued.length < maxQueuedPushes) this.#queued.push(entry);
    else this.#readAgain = true;
  }

  #take(entry: LogEntry): void {
    if (entry.epoch !== this.#epoch || entry.offset > this.#offset + 1) return this.#catchUp();
    if (entry.offset !== this.#offset + 1) return;
    this.#deliver(entry);
    // If the subscription survived an outage, pushes may be the only evidence that it works again.
    this.#setConnected(true);
  }

  #deliver(entry: LogEntry): void {
    this.#offset = entry.offset;
    this.#head = { offset: Math.max(this.#head.offset, entry.offset), epochs: this.#head.epochs };
    this.#sink.entry(entry);
    this.#reached.advance(entry.offset);
  }

  #catchUp(): void {
    if (this.#stopped) return;
    this.#readAgain = true;
    this.#reading ??= this.#readUntilQuiet()
      .then(
        () => this.#setConnected(true),
        (error: Error) => {
          this.#lose(error);
          // The stale check tries again. Do not send a second command to a connection that hangs.
          this.#heardAtMs = 0;
        },
      )
      .then(() => {
        this.#reading = undefined;
        for (const entry of this.#queued.splice(0)) this.#take(entry);
      });
  }

  async #readUntilQuiet(): Promise<void> {
    while (this.#readAgain && !this.#stopped) {
      this.#readAgain = false;
      await this.#readOn();
      for (const entry of this.#queued.splice(0)) {
        if (entry.epoch !== this.#epoch || entry.offset > this.#offset + 1) this.#readAgain = true;
        else if (entry.offset === this.#offset + 1) this.#deliver(entry);
      }
    }
  }

  async #readOn(): Promise<void> {
    const { reader, keys, commandTimeoutMs, heartbeat } = this.#options;
    const head = await heartbeat();
    await this.#join(head);
    while (this.#offset < head.offset && !this.#stopped) {
      const page = await within(commandTimeoutMs, readLog(reader.client, keys, this.#offset, pageSize));
      if (page.first !== this.#offset + 1) {
        await this.#break("trimmed", this.#offset, (page.first ?? head.offset + 1) - 1, head);
      }
      if (page.corrupt > 0) {
        this.#options.onError(new Error(`the follower skipped ${page.corrupt} unreadable log entries`));
        await this.#break("unheard", this.#offset, this.#offset, head);
      }
      for (const entry of page.entries) this.#deliver(entry);
      // Offsets of unreadable entries count as delivered. Otherwise the follower would wait for them forever.
      this.#offset = Math.max(this.#offset, page.last ?? head.offset);
      this.#reached.advance(this.#offset);
    }
  }

  /** Adopts the log's epochs and returns to the last offset that this follower shares with the log. */
  async #join(head: LogHead): Promise<void> {
    this.#head = head;
    const reason = validatePosition(this.position, head);
    const cut = reason === undefined ? this.#offset : lastCommonOffset(this.position, head);
    const isNew = this.#epoch !== currentEpoch(head);
    this.#epoch = currentEpoch(head);
    if (reason !== undefined)
      await this.#break(reason, cut, reason === "epoch" ? currentEpochStart(head) : cut, head);
    else if (isNew) await this.#break("unheard", cut, cut, head);
  }

  async #break(reason: DiscontinuityReason, cut: number, resumeAt: number, head: LogHead): Promise<void> {
    // The offset moves with the epoch, because the old offset in the new epoch would be a position that never
    // existed. After a trim the offset stays, because histories may still have the entries.
    if (reason !== "trimmed") this.#offset = resumeAt;
    await this.#sink.onDiscontinuity(reason, cut, resumeAt, head);
    this.#offset = resumeAt;
    this.#reached.advance(resumeAt);
  }

  #checkStale(): void {
    const { heartbeatMs, subscription } = this.#options;
    if (this.#checking || this.#reading !== undefined || !subscription.isReady) return;
    if (performance.now() - this.#heardAtMs < heartbeatMs) return;
    this.#checking = true;
    this.#beat()
      .catch((error: Error) => this.#lose(error))
      .finally(() => {
        this.#checking = false;
      });
  }

  /** The subscription is stale if a written heartbeat does not arrive within `heartbeatMs`. */
  async #beat(): Promise<void> {
    const { heartbeat, heartbeatMs, subscription } = this.#options;
    const head = await heartbeat();
    const sameEpoch = currentEpoch(head) === this.#epoch;
    if (sameEpoch && (await this.reached(head.offset, heartbeatMs))) {
      this.#setConnected(true);
      return;
    }
    if (sameEpoch && this.#reading === undefined) subscription.drop();
    this.#catchUp();
  }

  /** While Redis is away, every check fails. Only the first failure is reported. */
  #lose(error: Error): void {
    if (this.#isConnected && !this.#stopped) this.#options.onError(error);
    this.#setConnected(false);
  }

  #setConnected(isConnected: boolean): void {
    if (this.#isConnected === isConnected || this.#stopped) return;
    this.#isConnected = isConnected;
    this.#sink.connected(isConnected);
  }
}
