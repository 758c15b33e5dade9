/** Promises that wait for an offset to be reached. */
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

  /** Tells that everything up to `offset` is there. */
  advance(offset: number): void {
    if (this.#waiting.length === 0) return;
    const [met, still] = [
      this.#waiting.filter((w) => w.offset <= offset),
      this.#waiting.filter((w) => w.offset > offset),
    ];
    this.#waiting = still;
    for (const { resolve, timer } of met) {
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
