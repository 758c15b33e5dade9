export interface LogSamplerOptions {
  /** Default one minute. */
  periodMs?: number;
  /** Most lines in one period, over all keys. Default 20. */
  maxLines?: number;
  nowMs?: () => number;
}

/** Limits the log lines that clients can cause: one for each key and period, and a maximum over all keys. */
export class LogSampler {
  readonly #options: Required<LogSamplerOptions>;
  #logged = new Set<string>();
  #endsAtMs = 0;
  #leftOut = 0;

  constructor(options: LogSamplerOptions = {}) {
    this.#options = { periodMs: 60_000, maxLines: 20, nowMs: () => performance.now(), ...options };
  }

  /** Returns undefined if the line must be left out, else the number of lines left out since the last one. */
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
