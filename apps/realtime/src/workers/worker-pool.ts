import type { Health, Logger } from "@roomcast/service";
import { WorkerProcess } from "./worker-process.ts";
import { WorkerSlot } from "./worker-slot.ts";

/** A fixed number of workers. */
export class WorkerPool {
  readonly #slots: readonly WorkerSlot[];
  #isStopping = false;

  constructor(count: number, logger: Logger) {
    this.#slots = Array.from({ length: count }, (_, index) => {
      const number = index + 1;
      return new WorkerSlot({ number, logger, start: () => new WorkerProcess(number) });
    });
  }

  /** Starts all workers; rejects if one cannot start, and leaves the others to `kill`. */
  async start(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.start()));
  }

  /**
   * The worker with that number if it is up. Otherwise the one with the fewest clients, preferably among
   * those that may take traffic. Undefined if none is up, or if the pool is stopping and the connection is
   * new.
   */
  choose(number: number | undefined): WorkerProcess | undefined {
    const named = this.#slots.find((slot) => slot.number === number)?.worker;
    if (named?.isUp) return named;
    if (this.#isStopping) return undefined;
    const up = this.#slots.flatMap(({ worker }) => (worker?.isUp ? worker : []));
    const ready = up.filter(({ problem }) => problem === undefined);
    return (ready.length > 0 ? ready : up).toSorted((a, b) => a.clients - b.clients)[0];
  }

  /** Adds health checks of each worker: whether it may take traffic, and whether it hangs. */
  addChecks(ready: Health, alive: Health): void {
    for (const slot of this.#slots) {
      const name = `worker ${slot.number}`;
      ready.add(name, () => pass(slot.worker === undefined ? "has ended" : slot.worker.problem));
      alive.add(name, () => pass(slot.worker?.unresponsive));
    }
  }

  /** Makes all workers disconnect their clients. Resolves when they have ended; rejects if one failed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  /** Kills all workers. */
  kill(): void {
    for (const slot of this.#slots) slot.kill();
  }
}

function pass(problem: string | undefined): void {
  if (problem !== undefined) throw new Error(problem);
}
