import { LogSampler } from "./log-sampler.ts";
import type { Logger } from "./logger.ts";

/** Logs what anyone outside can cause: one line for each key and minute, with the number left out; the others at debug. */
export class SampledLog {
  readonly #logger: Pick<Logger, "debug" | "info" | "warn" | "error">;
  readonly #sampler: LogSampler;

  constructor(logger: Pick<Logger, "debug" | "info" | "warn" | "error">, sampler = new LogSampler()) {
    this.#logger = logger;
    this.#sampler = sampler;
  }

  /** Writes a line, or leaves it out if there was one of its key in this minute, or too many of others. */
  write(level: "info" | "warn" | "error", key: string, fields: object, message: string): void {
    const sample = this.#sampler.take(key);
    if (sample === undefined) return this.#logger.debug(fields, message);
    this.#logger[level](sample.leftOut === 0 ? fields : { ...fields, leftOut: sample.leftOut }, message);
  }
}
