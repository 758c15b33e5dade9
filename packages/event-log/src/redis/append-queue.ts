import { ProtocolError } from "@roomcast/events";
import type { RedisClient, RedisConnection } from "@roomcast/service";
import type { Appended, AppendRequest, LogHead } from "../event-log.ts";
import { AppendBatch, type AppendCall } from "./append-batch.ts";
import { type AppendCommand, encodeRequest } from "./append-command.ts";
import { appendScript, appendScriptSha, type ScriptReply } from "./append-script.ts";

export interface AppendQueueOptions {
  command: AppendCommand;
  /** Names that no epoch has had. */
  newEpoch: () => string;
  /** How long a call may wait for its answer, and for a connection before that. */
  timeoutMs: number;
  /** How many calls may be waiting at once; further ones are `overloaded`. */
  maxPending: number;
  /** Wait until this many Redis replicas have the entry too, else the call is `not_replicated`. Default 0. */
  replicas?: number;
}

/**
 * Appends over one connection strictly in the order of the calls. One batch is under way at a time: a call that finds
 * none goes at once, and what comes meanwhile is the next batch. So batches are as large as the log is busy, and no
 * entry can overtake another, whatever becomes of a batch.
 *
 * A batch is sent once: if the connection breaks before its answer came, its calls fail with `timeout`, because they may
 * have been committed.
 */
export class AppendQueue {
  readonly #connection: RedisConnection;
  readonly #options: AppendQueueOptions;
  #waiting: AppendCall[] = [];
  #underWay: AppendBatch | undefined;
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

  /** Appends one entry; rejects with `unavailable`, `timeout`, `overloaded`, `not_replicated` or `idempotency_conflict`. */
  append(request: AppendRequest): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#add({ encoded: encodeRequest(request), deadlineMs: this.#deadline(), resolve, reject });
    });
  }

  /** Where the log ends; with `quietMs`, after a heartbeat if its newest entry is that old. Rejects like `append`. */
  head(quietMs = 0): Promise<LogHead> {
    return new Promise((resolve, reject) => {
      this.#add({ quietMs, deadlineMs: this.#deadline(), resolve, reject });
    });
  }

  /** Fails whatever waits and stops the clock. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#underWay?.fail(unknown("the log is closed"));
    for (const { reject } of this.#waiting.splice(0)) reject(unwritten("the log is closed"));
  }

  #deadline(): number {
    return performance.now() + this.#options.timeoutMs;
  }

  #add(call: AppendCall): void {
    if (this.#closed) return call.reject(unwritten("the log is closed"));
    const pending = this.#waiting.length + (this.#underWay?.calls.length ?? 0);
    if (pending >= this.#options.maxPending)
      return call.reject(new ProtocolError("overloaded", "too many appends are waiting for the log"));
    this.#waiting.push(call);
    this.#timer ??= setInterval(() => this.#expire(), Math.min(100, this.#options.timeoutMs));
    if (this.#underWay === undefined) this.#schedule();
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
    const { command, newEpoch } = this.#options;
    try {
      const script = command.of(batch.requests, newEpoch(), batch.quietMs);
      const [reply, isReplicated] = await Promise.all([
        client.sendCommand<ScriptReply>(["EVALSHA", appendScriptSha, ...script]),
        this.#isReplicated(client),
      ]);
      batch.answer(reply, isReplicated);
    } catch (error) {
      if (this.#underWay === batch) await this.#onError(client, batch, error as Error);
    }
    this.#end(batch);
  }

  /** Lets the next batch go, unless that has happened. */
  #end(batch: AppendBatch): void {
    if (this.#underWay !== batch) return;
    this.#underWay = undefined;
    this.#flush();
  }

  /** WAIT holds up the connection until the replicas have its last write, so it must follow the script at once. */
  async #isReplicated(client: RedisClient): Promise<boolean> {
    const { replicas = 0, timeoutMs } = this.#options;
    if (replicas === 0) return true;
    const patienceMs = String(Math.ceil(timeoutMs / 2));
    return (await client.sendCommand<number>(["WAIT", String(replicas), patienceMs])) >= replicas;
  }

  async #onError(client: RedisClient, batch: AppendBatch, error: Error): Promise<void> {
    const { message } = error;
    if (message.startsWith("NOSCRIPT")) return this.#reload(client, batch);
    // A demoted master: whoever is master now is found by connecting anew.
    if (message.startsWith("READONLY")) this.#connection.drop();
    // An error reply means that the script refused before its first write; anything else that the answer is unknown.
    batch.fail(/^[A-Z]+ /.test(message) ? unwritten(message, error) : unknown(message, error));
  }

  /** The server forgot the script: nothing was written, and nothing has overtaken the batch. */
  async #reload(client: RedisClient, batch: AppendBatch): Promise<void> {
    this.#waiting.unshift(...batch.calls);
    await client.scriptLoad(appendScript).catch(() => this.#connection.drop());
  }

  #expire(): void {
    const now = performance.now();
    const batch = this.#underWay;
    batch?.failOverdue(now, () => unknown("no answer in time"));
    // Not at the first caller's deadline: it may have waited long before the batch went.
    if (batch !== undefined && now - batch.takenAtMs >= this.#options.timeoutMs) {
      batch.fail(unknown("the connection hangs"));
      this.#connection.drop();
      this.#end(batch);
    }
    while (this.#waiting[0] !== undefined && this.#waiting[0].deadlineMs <= now) {
      this.#waiting.shift()?.reject(unwritten("the log did not answer in time"));
    }
    if (this.#waiting.length > 0 || this.#underWay !== undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function unwritten(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("unavailable", `nothing was written: ${reason}`, { cause });
}

function unknown(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("timeout", `whether the event was written is unknown: ${reason}`, { cause });
}
