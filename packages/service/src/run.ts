import { setTimeout as delay } from "node:timers/promises";
import { createLogger, type Logger } from "./logger.ts";
import { ConfigError } from "./read-env.ts";
import { StartError } from "./start-error.ts";

/** A started process. */
export interface Running {
  /** Ends everything. */
  close(): Promise<void>;
  /**
   * Tells load balancers that the process is about to end, while it still serves. Not called after a fault.
   */
  announceClose?(): void;
  /** How long after `announceClose` the process calls `close`. Default 0. */
  drainDelayMs?: number;
  /** Replaces the logger that `run` began with. */
  logger?: Logger;
  /** Replaces the option of `run`, for processes that read it from their configuration. */
  closeTimeoutMs?: number;
  /** Resolves with an error if the process must end because work begun at the start cannot succeed. */
  failed?: Promise<Error>;
}

export interface RunOptions {
  /** Used until `start` returns a logger. Default: level "info" on standard output. */
  logger?: Logger;
  /** How long `close` may take before the process ends anyway. Default 10,000. */
  closeTimeoutMs?: number;
  /**
   * Closes the process when it resolves with the reason. The process then ignores signals: a terminal and
   * systemd send them to a child and its parent, and only the parent acts on them.
   */
  until?: Promise<string>;
}

/** After a fault the state is unknown. This is long enough to tell the clients, but not to drain them. */
const faultCloseMs = 2_000;

/**
 * Runs a process. Exit codes:
 * - 0: after SIGTERM or SIGINT, which close the process after its drain delay.
 * - 1: at once after a second signal; after a short attempt to close, if the start failed, or after an
 *   uncaught error or an unhandled rejection, which are logged as fatal.
 * - 2: after a `ConfigError`, which is printed as it is, or a `StartError`, which is logged without a stack.
 */
export function run(name: string, start: () => Promise<Running>, options: RunOptions = {}): void {
  new ProcessRun(name, options).begin(start, options.until);
}

class ProcessRun {
  #logger: Logger;
  #closeTimeoutMs: number;
  #started: Promise<Running | undefined> = Promise.resolve(undefined);
  /** Set once the process has started. */
  #running: Running | undefined;
  #isEnding = false;
  /** Aborts the drain delay. */
  readonly #haste = new AbortController();

  constructor(name: string, { logger, closeTimeoutMs = 10_000 }: RunOptions) {
    this.#logger = logger ?? createLogger({ level: "info", name });
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  begin(start: () => Promise<Running>, until: Promise<string> | undefined): void {
    const onSignal =
      until === undefined ? (signal: NodeJS.Signals) => this.#signalled(signal) : () => undefined;
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    void until?.then((reason) => this.#close({ reason }));
    process.on("uncaughtException", (error) => this.#fault(error, "uncaught exception"));
    process.on("unhandledRejection", (reason) => this.#fault(reason, "unhandled rejection"));
    this.#started = this.#start(start);
  }

  async #start(start: () => Promise<Running>): Promise<Running | undefined> {
    try {
      const running = await start();
      this.#running = running;
      this.#logger = running.logger ?? this.#logger;
      this.#closeTimeoutMs = running.closeTimeoutMs ?? this.#closeTimeoutMs;
      void running.failed?.then((error) => this.#failed(error));
      return running;
    } catch (error) {
      if (error instanceof ConfigError) {
        process.stderr.write(`${error.message}\n`);
        process.exit(2);
      }
      process.exit(this.#logFailure(error));
    }
  }

  /** Returns the exit code. */
  #logFailure(error: unknown): number {
    if (error instanceof StartError) this.#logger.fatal(`could not start: ${error.message}`);
    else this.#logger.fatal({ err: error }, "could not start");
    return error instanceof StartError ? 2 : 1;
  }

  #failed(error: Error): void {
    if (this.#isEnding) return;
    void this.#end(this.#logFailure(error), Math.min(faultCloseMs, this.#closeTimeoutMs));
  }

  #signalled(signal: NodeJS.Signals): void {
    if (this.#isEnding) {
      this.#logger.warn({ signal }, "second signal: ending at once");
      process.exit(1);
    }
    this.#close({ signal });
  }

  #close(why: object): void {
    if (this.#isEnding) return;
    const drainDelayMs = this.#running?.drainDelayMs ?? 0;
    this.#logger.info(drainDelayMs === 0 ? why : { ...why, drainDelayMs }, "closing");
    void this.#end(0, drainDelayMs);
  }

  #fault(error: unknown, message: string): void {
    this.#logger.fatal({ err: error }, message);
    this.#haste.abort();
    if (!this.#isEnding) void this.#end(1);
    else process.exitCode = 1;
  }

  /** Never rejects, because it never returns. */
  async #end(exitCode: number, drainDelayMs = 0): Promise<never> {
    this.#isEnding = true;
    process.exitCode = exitCode;
    if (drainDelayMs > 0) await this.#drain(drainDelayMs);
    const hasFault = this.#haste.signal.aborted;
    const timeoutMs = hasFault ? Math.min(faultCloseMs, this.#closeTimeoutMs) : this.#closeTimeoutMs;
    const outcome = await Promise.race([this.#closeStarted(), delay(timeoutMs, "late" as const)]);
    if (outcome === "late") this.#logger.error({ timeoutMs }, "not closed in time: ending anyway");
    process.exit(outcome === "closed" ? process.exitCode : exitCode || 1);
  }

  /** Gives load balancers time to notice that the process ends. A fault aborts the wait. */
  async #drain(delayMs: number): Promise<void> {
    try {
      this.#running?.announceClose?.();
      await delay(delayMs, undefined, { signal: this.#haste.signal });
    } catch (error) {
      if (!this.#haste.signal.aborted) this.#logger.error({ err: error }, "could not announce the close");
    }
  }

  async #closeStarted(): Promise<"closed" | "failed"> {
    try {
      await (await this.#started)?.close();
      return "closed";
    } catch (error) {
      this.#logger.error({ err: error }, "could not close");
      return "failed";
    }
  }
}
