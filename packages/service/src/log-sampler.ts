export interface LogSamplerOptions {
  /** Default one minute. */
  periodMs?: number;
  /** Lines in one period over all keys. Default 20. */
  maxLines?: number;
  nowMs?: () => number;
}

/** Bounds the lines that anyone outside can cause: one for each key and period, and a few in all. */
export class LogSampler {
  readonly #options: Required<LogSamplerOptions>;
  #logged = new Set<string>();
  #endsAtMs = 0;
  #leftOut = 0;

  constructor(options: LogSamplerOptions = {}) {
    this.#options = { periodMs: 60_000, maxLines: 20, nowMs: () => performance.now(), ...options };
  }

  /** Undefined if the line is to be left out; else how many were left out since the last line. */
  take(key: string): { leftOut: number } | undefined {
    const { periodMs, maxLines, nowMs } = this.#options;
    if (nowMs() >= this.#endsAtMs) {
      this.#logged = new Set();
      this.#endsAtMs = nowMs() + periodMs;
    }
    if (this.#logged.has(key) || this.#logged.size >= maxLines) {
      this.#leftOut++;
      return undefined;
    }
    this.#logged.add(key);
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return { leftOut };
  }
}
