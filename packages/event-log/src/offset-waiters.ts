/** Promises that wait until an offset is reached. */
export class OffsetWaiters {
  #waiting: { offset: number; resolve: (isReached: boolean) => void; timer: NodeJS.Timeout }[] = [];

  /** Resolves true once `advance` passes `offset`, false after `timeoutMs`. */
  wait(offset: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiter) => waiter.timer !== timer);
        resolve(false);
      }, timeoutMs);
      this.#waiting.push({ offset, resolve, timer });
    });
  }

  /** Resolves the waits up to `offset`, which is now reached. */
  advance(offset: number): void {
    if (this.#waiting.length === 0) return;
    const [reached, remaining] = [
      this.#waiting.filter((w) => w.offset <= offset),
      this.#waiting.filter((w) => w.offset > offset),
    ];
    this.#waiting = remaining;
    for (const { resolve, timer } of reached) {
      clearTimeout(timer);
      resolve(true);
    }
  }

  /** Ends every wait as not reached. */
  clear(): void {
    for (const { resolve, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      resolve(false);
    }
  }
}
