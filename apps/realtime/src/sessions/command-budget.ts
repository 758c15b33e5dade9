const burstSeconds = 10;

/** A token bucket: what one session may still ask for. */
export class CommandBudget {
  #tokens = Number.POSITIVE_INFINITY;
  #atMs = 0;

  /** Takes one token if there is one; they come back at `rate` per second, up to ten seconds' worth. */
  take(rate: number, nowMs = performance.now()): boolean {
    const refilled = this.#tokens + ((nowMs - this.#atMs) / 1_000) * rate;
    this.#tokens = Math.min(refilled, rate * burstSeconds);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
