import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Whether this replica follows the log without a gap. During a discontinuity nobody joins a room and no
 * client gets a position: the follower's position is then ahead of what clients have received.
 */
export class Continuity {
  /** Number of discontinuities so far. What was read before one must not be written after it. */
  gaps = 0;
  #open = 0;
  #closed: Promise<void> = Promise.resolve();

  /** Whether a discontinuity is being handled. */
  get isBroken(): boolean {
    return this.#open > 0;
  }

  /** Handles a discontinuity by `close`, and settles as that does. */
  interrupt(close: () => Promise<void>): Promise<void> {
    this.gaps++;
    this.#open++;
    const closing = close();
    this.#closed = this.#afterwards(closing);
    return closing;
  }

  /** Resolves once no discontinuity is being handled. */
  async restored(): Promise<void> {
    while (this.isBroken) await this.#closed;
  }

  /** Never rejects: the caller of `interrupt` handles the error. */
  async #afterwards(closing: Promise<void>): Promise<void> {
    await closing.catch(() => undefined);
    // The follower moves past the gap in the same turn.
    await nextTurn();
    this.#open--;
  }
}
