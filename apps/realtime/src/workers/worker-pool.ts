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

  /** Starts all; rejects if one of them cannot start, and leaves the others to `kill`. */
  async start(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.start()));
  }

  /**
   * The worker of that number if it is up, else the one with the fewest clients, of those that may take traffic if
   * there are any. Undefined if none is up, or none may take a new connection because all are told to stop.
   */
  choose(number: number | undefined): WorkerProcess | undefined {
    const named = this.#slots.find((slot) => slot.number === number)?.worker;
    if (named?.isUp) return named;
    if (this.#isStopping) return undefined;
    const up = this.#slots.flatMap(({ worker }) => (worker?.isUp ? worker : []));
    const ready = up.filter(({ trouble }) => trouble === undefined);
    return (ready.length > 0 ? ready : up).toSorted((a, b) => a.clients - b.clients)[0];
  }

  /** Has each worker checked for whether it may take traffic, and for whether it hangs. */
  addChecks(ready: Health, alive: Health): void {
    for (const slot of this.#slots) {
      const name = `worker ${slot.number}`;
      ready.add(name, () => pass(slot.worker === undefined ? "has ended" : slot.worker.trouble));
      alive.add(name, () => pass(slot.worker?.unresponsive));
    }
  }

  /** Has all send their clients away; resolves when they have ended, rejects if one did not end well. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  /** Ends all at once. */
  kill(): void {
    for (const slot of this.#slots) slot.kill();
  }
}

function pass(trouble: string | undefined): void {
  if (trouble !== undefined) throw new Error(trouble);
}
