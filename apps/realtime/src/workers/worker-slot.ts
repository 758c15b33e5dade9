import { backoffMs, type Logger, StartError } from "@roomcast/service";
import type { WorkerEnd, WorkerProcess } from "./worker-process.ts";

export interface WorkerSlotOptions {
  /** From 1. */
  number: number;
  start: () => WorkerProcess;
  logger: Logger;
}

/** A worker that lived for less ended early: the next start waits twice as long. */
const longLifeMs = 60_000;
const restartBackoff = { firstMs: 100, longestMs: 30_000 };

/** The place of one worker, which is replaced when it ends. */
export class WorkerSlot {
  readonly number: number;
  readonly #options: WorkerSlotOptions;
  #worker: WorkerProcess | undefined;
  /** Workers that ended early, one after the other. */
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: WorkerSlotOptions) {
    this.number = options.number;
    this.#options = options;
  }

  /** The current worker; undefined between the end of one and the start of the next. */
  get worker(): WorkerProcess | undefined {
    return this.#worker;
  }

  /**
   * Starts the first worker; resolves when it is up. If it ends before, rejects and does not retry: with a
   * `StartError` if the worker reported one by its exit code, otherwise with an `Error`.
   */
  async start(): Promise<void> {
    const worker = this.#begin();
    const end = await Promise.race([worker.up, worker.ended]);
    if (this.#isStopping) return;
    // A signal to the whole process group may reach the worker first. A worker that alone got a signal is
    // replaced.
    if (end?.signal === "SIGTERM" || end?.signal === "SIGINT") return this.#replaceAtEnd(worker);
    if (end?.code === 2)
      throw new StartError(`worker ${this.number} could not start and has logged the reason`);
    if (end !== undefined) throw new Error(`worker ${this.number} could not start: ${describe(end)}`);
    this.#replaceAtEnd(worker);
  }

  /** Makes the worker disconnect its clients. Resolves when it has ended; rejects if it failed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    // A worker without clients may end in any way, for example by a signal to the whole process group.
    const wasUp = this.#worker?.isUp === true;
    this.#worker?.stop();
    const end = await this.#worker?.ended;
    if (wasUp && end !== undefined && end.code !== 0)
      throw new Error(`worker ${this.number}: ${describe(end)}`);
  }

  /** Kills the worker. */
  kill(): void {
    this.#worker?.kill();
  }

  #begin(): WorkerProcess {
    this.#worker = this.#options.start();
    return this.#worker;
  }

  #replaceAtEnd(worker: WorkerProcess): void {
    const startedMs = performance.now();
    void worker.ended.then((end) => {
      if (this.#isStopping) return;
      this.#worker = undefined;
      const restartInMs = this.#nextDelay(performance.now() - startedMs);
      const context = { worker: this.number, workerPid: worker.pid, ...end, restartInMs };
      this.#options.logger.error(context, "a worker ended");
      // At the first start a failure ends everything. Now the other workers run, and the next attempt may
      // succeed.
      this.#restart = setTimeout(() => this.#replaceAtEnd(this.#begin()), restartInMs);
    });
  }

  #nextDelay(livedMs: number): number {
    this.#failures = livedMs > longLifeMs ? 1 : this.#failures + 1;
    return backoffMs(this.#failures, restartBackoff);
  }
}

function describe({ code, signal, err }: WorkerEnd): string {
  return err?.message ?? (signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`);
}
