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
  /** Returns a name that no epoch has had. */
  newEpoch: () => string;
  /** How long a call may wait, first for a connection and then for its answer. */
  timeoutMs: number;
  /** How many calls may wait at once. Further calls fail with `overloaded`. */
  maxPending: number;
  /** Says whether a Redis replica has everything that was written so far in an epoch. */
  replication: (epoch: string) => Promise<Replication>;
  /** Called after each script with the command that Redis refused after writing the entries, or undefined. */
  onRefused: (refused: string | undefined) => void;
  /** Called when the script skipped entries of another program in the log or a history after an offset. */
  onStrays: (after: number) => void;
}

/**
 * Appends over one connection in the order of the calls, or not at all. One batch is in flight at a time. A
 * call that finds none in flight is sent at once. Calls that arrive during a batch form the next one, so
 * batches grow with load.
 *
 * A batch is sent once. If the connection breaks before the reply, its calls fail with `timeout`, because
 * they may have been committed. When a batch fails, the calls queued behind it fail too, unwritten: a
 * publisher that repeats both calls in order must not find the later one in the log before the earlier one.
 * An abandoned batch may still reach Redis. The script refuses it once a batch of a higher generation was
 * written.
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

  /** Appends entries with one script. Rejects, with nothing written, if they are too many for one script. */
  async appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    const encoded = requests.map((request) => this.#options.command.encode(request));
    const group = groupOf(encoded.map(({ text }) => text));
    checkGroup(group);
    const settled = this.#addGroup(encoded, group);
    return Promise.allSettled(settled);
  }

  /**
   * Returns the end of the log. With `quietMs`, writes a heartbeat first if the newest entry is that old.
   * Rejects like `append`.
   */
  head(quietMs = 0): Promise<LogHead> {
    return new Promise((resolve, reject) => {
      this.#add([{ quietMs, group: groupOf([""]), deadlineMs: this.#deadline(), resolve, reject }]);
    });
  }

  /** Rejects all waiting calls and stops the timer. */
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

  /** Waits for the end of the tick, so that calls of one tick form one batch. */
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
    // The server no longer has the script. Nothing was written, and nothing can overtake the batch.
    await client.scriptLoad(appendScript).catch((error: Error) => {
      throw unwritten("Redis refused to load the script", error);
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

  /** Sends the next batch, unless this batch was already replaced. */
  #end(batch: AppendBatch): void {
    if (this.#underWay !== batch) return;
    this.#underWay = undefined;
    this.#flush();
  }

  #expire(): void {
    const now = performance.now();
    const batch = this.#underWay;
    batch?.failOverdue(now, () => unknown("no answer in time"));
    // The first call's deadline is not the batch's: the call may have waited long before the batch was sent.
    if (batch !== undefined && now - batch.takenAtMs >= this.#options.timeoutMs) {
      this.#fail(batch, unknown("the connection does not answer"));
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
