import { ProtocolError } from "@roomcast/events";
import type { RedisClient, RedisConnection } from "@roomcast/service";
import { appendScript, appendScriptSha } from "./append-script.ts";

/** What the append script answers. */
export type ScriptReply = [offset: number, epoch: string, duplicateOf: string, epochs: string, head: number];

export interface AppendQueueOptions {
  /** How long a call may wait for its answer, and for a connection before that. */
  timeoutMs: number;
  /** How many calls may be waiting at once; further ones are `overloaded`. */
  maxPending: number;
  /** Wait until this many Redis replicas have the entry too, else the call is `not_replicated`. Default 0. */
  replicas?: number;
}

interface Call {
  order: number;
  keys: string[];
  args: string[];
  deadlineMs: number;
  sent: boolean;
  settled: boolean;
  resolve: (reply: ScriptReply) => void;
  reject: (error: ProtocolError) => void;
}

/**
 * Sends append scripts over one connection strictly in the order of the calls. A call is sent once: if the connection
 * breaks before its answer came, it fails with `timeout`, because it may have been committed.
 */
export class AppendQueue {
  readonly #connection: RedisConnection;
  readonly #options: AppendQueueOptions;
  #waiting: Call[] = [];
  #unanswered = new Set<Call>();
  #paused = false;
  #closed = false;
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: RedisConnection, options: AppendQueueOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.prepare(async (client) => {
      await client.scriptLoad(appendScript);
    });
    connection.onReady(() => this.#resume());
  }

  /** Runs the script once; rejects with `unavailable`, `timeout`, `overloaded` or `idempotency_conflict`. */
  call(keys: string[], args: string[]): Promise<ScriptReply> {
    if (this.#closed)
      return Promise.reject(new ProtocolError("unavailable", "nothing was written: the log is closed"));
    if (this.#waiting.length + this.#unanswered.size >= this.#options.maxPending) {
      return Promise.reject(new ProtocolError("overloaded", "too many appends are waiting for the log"));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + this.#options.timeoutMs;
      this.#waiting.push({
        order: this.#calls++,
        keys,
        args,
        deadlineMs,
        sent: false,
        settled: false,
        resolve,
        reject,
      });
      this.#timer ??= setInterval(() => this.#expire(), Math.min(100, this.#options.timeoutMs));
      this.#flush();
    });
  }

  /** Fails whatever waits and stops the clock. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const call of [...this.#unanswered, ...this.#waiting.splice(0)])
      this.#fail(call, "the log is closed");
  }

  #flush(): void {
    if (this.#paused || !this.#connection.isReady) return;
    const client = this.#connection.client;
    for (const call of this.#waiting.splice(0)) {
      if (!call.settled) this.#send(client, call);
    }
  }

  #send(client: RedisClient, call: Call): void {
    call.sent = true;
    this.#unanswered.add(call);
    const command = ["EVALSHA", appendScriptSha, String(call.keys.length), ...call.keys, ...call.args];
    Promise.all([client.sendCommand<ScriptReply>(command), this.#replicated(client)]).then(
      ([reply]) => this.#settle(call, () => call.resolve(reply)),
      (error: Error) => this.#onError(client, call, error),
    );
  }

  /** WAIT holds up the connection until the replicas have its last write, so it must follow the script at once. */
  async #replicated(client: RedisClient): Promise<void> {
    const { replicas = 0, timeoutMs } = this.#options;
    if (replicas === 0) return;
    const confirmed = await client.sendCommand<number>([
      "WAIT",
      String(replicas),
      String(Math.ceil(timeoutMs / 2)),
    ]);
    if (confirmed < replicas)
      throw new ProtocolError("not_replicated", "no replica confirmed the entry in time");
  }

  #onError(client: RedisClient, call: Call, error: Error): void {
    if (error instanceof ProtocolError) return this.#settle(call, () => call.reject(error));
    if (error.message.startsWith("NOSCRIPT")) return this.#reload(client, call);
    if (error.message.startsWith("CONFLICT")) {
      const conflict = new ProtocolError(
        "idempotency_conflict",
        "the idempotency key was used with other content",
      );
      return this.#settle(call, () => call.reject(conflict));
    }
    // A demoted master: whoever is master now is found by connecting anew.
    if (error.message.startsWith("READONLY")) this.#connection.drop();
    // An error reply means that the script refused before its first write; anything else that the answer is unknown.
    if (/^[A-Z]+ /.test(error.message)) call.sent = false;
    this.#fail(call, error.message, error);
  }

  /**
   * The server forgot the script. Calls behind this one will fail alike; all go back in their order, and are sent
   * again once the last of them came back and the script is loaded.
   */
  #reload(client: RedisClient, call: Call): void {
    this.#paused = true;
    this.#unanswered.delete(call);
    call.sent = false;
    const after = this.#waiting.findIndex((other) => other.order > call.order);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, call);
    if (this.#unanswered.size > 0) return;
    client.scriptLoad(appendScript).then(
      () => this.#resume(),
      () => {
        this.#resume();
        this.#connection.drop();
      },
    );
  }

  #resume(): void {
    this.#paused = false;
    this.#flush();
  }

  #expire(): void {
    const now = performance.now();
    let hung = false;
    for (const call of this.#unanswered) {
      if (call.deadlineMs > now) break;
      hung = true;
      this.#fail(call, `no answer within ${this.#options.timeoutMs} ms`);
    }
    while (this.#waiting[0] !== undefined && this.#waiting[0].deadlineMs <= now) {
      this.#fail(this.#waiting.shift() as Call, "no connection to the log");
    }
    // The connection answers in order: one overdue answer means that all behind it hang as well.
    if (hung) this.#connection.drop();
    if (this.#waiting.length + this.#unanswered.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #fail(call: Call, message: string, cause?: Error): void {
    const error = call.sent
      ? new ProtocolError("timeout", `whether the event was written is unknown: ${message}`, { cause })
      : new ProtocolError("unavailable", `nothing was written: ${message}`, { cause });
    this.#settle(call, () => call.reject(error));
  }

  #settle(call: Call, answer: () => void): void {
    this.#unanswered.delete(call);
    if (call.settled) return;
    call.settled = true;
    answer();
  }
}
