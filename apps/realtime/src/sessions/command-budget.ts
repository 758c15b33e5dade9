const burstSeconds = 10;

/**
 * A token bucket: what one session may still ask for. It holds only when it will be full again, in whole milliseconds
 * (GCRA, the leaky bucket as a meter): one small integer, because every connection has some of these.
 */
export class CommandBudget {
  #fullAtMs = 0;

  /** Takes one token if there is one; they come back at `rate` per second, up to ten seconds' worth. */
  take(rate: number, nowMs = performance.now()): boolean {
    const costMs = 1_000 / rate;
    const fullAtMs = Math.max(this.#fullAtMs, nowMs) + costMs;
    if (fullAtMs - nowMs > burstSeconds * 1_000) return false;
    this.#fullAtMs = Math.ceil(fullAtMs);
    return true;
  }
}
