import { LogSampler } from "./log-sampler.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs what clients can cause: one line for each key and minute, with the number of lines left out. The
 * others are logged at debug.
 */
export class SampledLog {
  readonly #logger: Pick<Logger, "debug" | "info" | "warn" | "error">;
  readonly #sampler: LogSampler;

  constructor(logger: Pick<Logger, "debug" | "info" | "warn" | "error">, sampler = new LogSampler()) {
    this.#logger = logger;
    this.#sampler = sampler;
  }

  /** Writes a line, unless this minute had a line of the same key or too many lines of other keys. */
  write(level: "info" | "warn" | "error", key: string, fields: object, message: string): void {
    const sample = this.#sampler.take(key);
    if (sample === undefined) return this.#logger.debug(fields, message);
    this.#logger[level](sample.leftOut === 0 ? fields : { ...fields, leftOut: sample.leftOut }, message);
  }
}
