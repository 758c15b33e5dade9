import { LRUCache } from "lru-cache";
import type { Logger } from "./logger.ts";
import { reasonsOf } from "./reasons-of.ts";

const reminderMs = 60_000;

/**
 * Logs errors of work that is retried: one line for each text and minute, without a stack.
 * Repeats go to debug.
 */
export class TroubleLog {
  readonly #logger: Pick<Logger, "warn" | "debug">;
  readonly #isKnown: () => boolean;
  readonly #logged = new LRUCache<string, true>({ max: 100, ttl: reminderMs });

  /** While `isKnown` returns true, the cause is already logged, so its consequences go to debug. */
  constructor(logger: Pick<Logger, "warn" | "debug">, isKnown: () => boolean = () => false) {
    this.#logger = logger;
    this.#isKnown = isKnown;
  }

  /** Logs an error. It is a bound function, so that it can be passed as a listener. */
  readonly onError = (error: Error): void => {
    const text = `${reasonsOf(error)}; retrying`;
    if (this.#isKnown() || this.#logged.has(text)) return this.#logger.debug(text);
    this.#logged.set(text, true);
    this.#logger.warn(text);
  };
}
