import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Whether this replica follows the log without a gap. While a gap is dealt with, nobody enters a room and nobody is told a
 * position: the follower's place is then not the place up to which clients were given everything.
 */
export class Continuity {
  /** How many gaps there were: what was read before one must not be written after it. */
  gaps = 0;
  #open = 0;
  #closed: Promise<void> = Promise.resolve();

  /** Whether a gap is being dealt with. */
  get isBroken(): boolean {
    return this.#open > 0;
  }

  /** Deals with a gap by `close`, and settles as that does. */
  interrupt(close: () => Promise<void>): Promise<void> {
    this.gaps++;
    this.#open++;
    const closing = close();
    this.#closed = this.#afterwards(closing);
    return closing;
  }

  /** Resolves once no gap is being dealt with. */
  async restored(): Promise<void> {
    while (this.isBroken) await this.#closed;
  }

  /** Never rejects: who called `interrupt` owns the error. */
  async #afterwards(closing: Promise<void>): Promise<void> {
    await closing.catch(() => undefined);
    // The follower moves over the gap in the same turn.
    await nextTurn();
    this.#open--;
  }
}
