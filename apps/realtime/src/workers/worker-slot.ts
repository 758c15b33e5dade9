import { backoffMs, type Logger, StartError } from "@roomcast/service";
import type { WorkerEnd, WorkerProcess } from "./worker-process.ts";

export interface WorkerSlotOptions {
  /** From 1. */
  number: number;
  start: () => WorkerProcess;
  logger: Logger;
}

/** One that lived for less has ended early: the next waits twice as long. */
const longLifeMs = 60_000;
const restartBackoff = { firstMs: 100, longestMs: 30_000 };

/** The place of one worker, which is given to another when it ends. */
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

  /** The worker of the moment; undefined between the end of one and the start of the next. */
  get worker(): WorkerProcess | undefined {
    return this.#worker;
  }

  /**
   * Starts the first worker; resolves when it is up. Rejects if it ends before, and does not try again: with a
   * `StartError` if the worker ended like that, else with an `Error`.
   */
  async start(): Promise<void> {
    const worker = this.#begin();
    const end = await Promise.race([worker.up, worker.ended]);
    if (this.#isStopping) return;
    // A signal that all processes were sent may reach the worker first; one that it alone was sent has it replaced.
    if (end?.signal === "SIGTERM" || end?.signal === "SIGINT") return this.#replaceAtEnd(worker);
    if (end?.code === 2) throw new StartError(`worker ${this.number} could not, and has said why`);
    if (end !== undefined) throw new Error(`worker ${this.number} could not start: ${describe(end)}`);
    this.#replaceAtEnd(worker);
  }

  /** Has the worker send its clients away; resolves when it has ended, rejects if it did not end well. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    // One that has no clients yet may end as it likes, such as by a signal that all processes were sent.
    const wasUp = this.#worker?.isUp === true;
    this.#worker?.stop();
    const end = await this.#worker?.ended;
    if (wasUp && end !== undefined && end.code !== 0)
      throw new Error(`worker ${this.number}: ${describe(end)}`);
  }

  /** Ends the worker at once. */
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
      // At the first start a failure ends everything; now the others live, and the next attempt may succeed.
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
