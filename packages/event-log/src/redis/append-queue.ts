import { ProtocolError, toProtocolError } from "@roomcast/events";
import type { RedisClient, RedisConnection, Replication } from "@roomcast/service";
import { type AppendGroup, checkGroup, groupOf } from "../append-group.ts";
import type { Appended, AppendRequest, LogHead } from "../event-log.ts";
import { AppendBatch, type AppendCall, settleReplicated, type WrittenCall } from "./append-batch.ts";
import type { AppendCommand, EncodedRequest } from "./append-command.ts";
import { failureOf, unknown, unwritten } from "./append-errors.ts";
import { appendScript, appendScriptSha, type ScriptReply } from "./append-script.ts";

export interface AppendQueueOptions {
  command: AppendCommand;
  /** Names that no epoch has had. */
  newEpoch: () => string;
  /** How long a call may wait for its answer, and for a connection before that. */
  timeoutMs: number;
  /** How many calls may be waiting at once; further ones are `overloaded`. */
  maxPending: number;
  /** Whether a Redis replica has what was written in an epoch until now. */
  replication: (epoch: string) => Promise<Replication>;
  /** Told after each script what Redis refused though the entries are written; undefined if nothing. */
  onRefused: (refused: string | undefined) => void;
  /** Told when entries of another hand, after an offset, were in the way of the log or of a history, and were passed. */
  onStrays: (after: number) => void;
}

/**
 * Appends over one connection in the order of the calls, or not at all. One batch is under way at a time: a call that
 * finds none goes at once, and what comes meanwhile is the next batch. So batches are as large as the log is busy.
 *
 * A batch is sent once: if the connection breaks before its answer came, its calls fail with `timeout`, because they may
 * have been committed. When a batch fails, what was called behind it fails too, unwritten: its callers have not been
 * told of the failure yet, and whoever repeats both in order must find neither in the log before the other. A batch
 * that was given up may still reach Redis; it is refused there once a later one has been written, see its generation.
 */
export class AppendQueue {
  readonly #connection: RedisConnection;
  readonly #options: AppendQueueOptions;
  #waiting: AppendCall[] = [];
  #underWay: AppendBatch | undefined;
  #confirming = 0;
  #generation = 0;
  #isScheduled = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: RedisConnection, options: AppendQueueOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.prepare(async (client) => {
      await client.scriptLoad(appendScript);
    });
    connection.onReady(() => this.#flush());
  }

  /** Appends one entry; rejects with the errors of `EventLog`. */
  append(request: AppendRequest): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const encoded = this.#options.command.encode(request);
      const group = groupOf([encoded.text]);
      this.#add([{ encoded, group, deadlineMs: this.#deadline(), resolve, reject }]);
    });
  }

  /** Appends entries by one script; rejects as a whole, with nothing written, if there are too many for one. */
  async appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    const encoded = requests.map((request) => this.#options.command.encode(request));
    const group = groupOf(encoded.map(({ text }) => text));
    checkGroup(group);
    const settled = this.#addGroup(encoded, group);
    return Promise.allSettled(settled);
  }

  /** Where the log ends; with `quietMs`, after a heartbeat if its newest entry is that old. Rejects like `append`. */
  head(quietMs = 0): Promise<LogHead> {
    return new Promise((resolve, reject) => {
      this.#add([{ quietMs, group: groupOf([""]), deadlineMs: this.#deadline(), resolve, reject }]);
    });
  }

  /** Fails what waits and stops the clock. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#underWay?.fail(unknown("the log is closed"));
    for (const { reject } of this.#waiting.splice(0)) reject(unwritten("the log is closed"));
  }

  #deadline(): number {
    return performance.now() + this.#options.timeoutMs;
  }

  #addGroup(encoded: readonly EncodedRequest[], group: AppendGroup): Promise<Appended>[] {
    const calls: AppendCall[] = [];
    const deadlineMs = this.#deadline();
    const settled = encoded.map(
      (one) =>
        new Promise<Appended>((resolve, reject) => {
          calls.push({ encoded: one, group, deadlineMs, resolve, reject });
        }),
    );
    this.#add(calls);
    return settled;
  }

  #add(calls: readonly AppendCall[]): void {
    const refusal = this.#refusalOf(calls.length);
    if (refusal !== undefined) {
      for (const { reject } of calls) reject(refusal);
      return;
    }
    this.#waiting.push(...calls);
    this.#timer ??= setInterval(() => this.#expire(), Math.min(100, this.#options.timeoutMs));
    if (this.#underWay === undefined) this.#schedule();
  }

  #refusalOf(count: number): ProtocolError | undefined {
    if (this.#closed) return unwritten("the log is closed");
    const pending = this.#waiting.length + (this.#underWay?.calls.length ?? 0) + this.#confirming;
    if (pending + count <= this.#options.maxPending) return undefined;
    return new ProtocolError("overloaded", "too many appends are waiting for the log");
  }

  /** Calls made without waiting for each other go together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#underWay !== undefined || this.#waiting.length === 0 || !this.#connection.isReady) return;
    this.#underWay = new AppendBatch(this.#waiting);
    void this.#send(this.#connection.client, this.#underWay);
  }

  /** Never rejects. */
  async #send(client: RedisClient, batch: AppendBatch): Promise<void> {
    try {
      const reply = await this.#run(client, this.#scriptOf(batch));
      this.#options.onRefused(reply[4] || undefined);
      if (reply[5] >= 0) this.#options.onStrays(reply[5]);
      const written = batch.answer(reply);
      if (written.length > 0) void this.#confirm(written, reply[0]);
    } catch (error) {
      if (this.#underWay === batch) this.#fail(batch, error as Error);
    }
    this.#end(batch);
  }

  #scriptOf(batch: AppendBatch): string[] {
    const { command, newEpoch } = this.#options;
    const run = { epochCandidate: newEpoch(), quietMs: batch.quietMs, generation: this.#generation };
    try {
      return command.of(batch.requests, run);
    } catch (error) {
      throw toProtocolError(error);
    }
  }

  async #run(client: RedisClient, script: readonly string[]): Promise<ScriptReply> {
    const send = () => client.sendCommand<ScriptReply>(["EVALSHA", appendScriptSha, ...script]);
    try {
      return await send();
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
    }
    // The server forgot the script: nothing was written, and nothing can overtake the batch.
    await client.scriptLoad(appendScript).catch((error: Error) => {
      throw unwritten("Redis does not take the script", error);
    });
    return send();
  }

  async #confirm(written: readonly WrittenCall[], epoch: string): Promise<void> {
    this.#confirming += written.length;
    const replication = await this.#options.replication(epoch);
    this.#confirming -= written.length;
    for (const one of written) settleReplicated(one, replication);
  }

  #fail(batch: AppendBatch, error: Error): void {
    const failure = failureOf(error);
    if (failure.code === "timeout") this.#generation++;
    batch.fail(failure);
    this.#failWaiting(failure);
  }

  #failWaiting(cause: ProtocolError): void {
    const [appends, heads] = [[] as AppendCall[], [] as AppendCall[]];
    for (const call of this.#waiting) (call.encoded === undefined ? heads : appends).push(call);
    this.#waiting = heads;
    for (const { reject } of appends) reject(unwritten("an earlier append failed", cause));
  }

  /** Lets the next batch go, unless that has happened. */
  #end(batch: AppendBatch): void {
    if (this.#underWay !== batch) return;
    this.#underWay = undefined;
    this.#flush();
  }

  #expire(): void {
    const now = performance.now();
    const batch = this.#underWay;
    batch?.failOverdue(now, () => unknown("no answer in time"));
    // Not at the first caller's deadline: it may have waited long before the batch went.
    if (batch !== undefined && now - batch.takenAtMs >= this.#options.timeoutMs) {
      this.#fail(batch, unknown("the connection hangs"));
      this.#connection.drop();
      this.#end(batch);
    }
    this.#expireWaiting(now);
    if (this.#waiting.length > 0 || this.#underWay !== undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #expireWaiting(now: number): void {
    for (let call = this.#waiting[0]; call !== undefined && call.deadlineMs <= now; call = this.#waiting[0]) {
      this.#waiting.shift();
      const error = unwritten("the log did not answer in time");
      call.reject(error);
      if (call.encoded !== undefined) this.#failWaiting(error);
    }
  }
}
