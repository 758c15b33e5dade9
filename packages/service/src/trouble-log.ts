import { LRUCache } from "lru-cache";
import type { Logger } from "./logger.ts";
import { reasonsOf } from "./reasons-of.ts";

const reminderMs = 60_000;

/** Logs faults that are tried again: one line for each kind of fault and minute, without a stack; repetitions at debug. */
export class TroubleLog {
  readonly #logger: Pick<Logger, "warn" | "debug">;
  readonly #isKnown: () => boolean;
  readonly #told = new LRUCache<string, true>({ max: 100, ttl: reminderMs });

  /** While `isKnown`, the cause has been logged already: what follows from it goes to debug. */
  constructor(logger: Pick<Logger, "warn" | "debug">, isKnown: () => boolean = () => false) {
    this.#logger = logger;
    this.#isKnown = isKnown;
  }

  /** Takes a fault; bound, so that it can be handed over as a listener. */
  readonly onError = (error: Error): void => {
    const text = `${reasonsOf(error)}; trying again`;
    if (this.#isKnown() || this.#told.has(text)) return this.#logger.debug(text);
    this.#told.set(text, true);
    this.#logger.warn(text);
  };
}
