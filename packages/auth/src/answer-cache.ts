import { LRUCache } from "lru-cache";

/** Bounds and times of an `AnswerCache`. */
export interface AnswerCacheOptions {
  maxEntries: number;
  /** How long a yes is kept. */
  allowTtlMs: number;
  /** How long a no is kept. */
  denyTtlMs: number;
  /** A clock in milliseconds that never goes back. */
  now: () => number;
}

/** A yes, a no, or undefined when no answer was to be had; that is told to all who asked, but not kept. */
export type Answer = boolean | undefined;

interface Kept {
  userId: string;
  allow: boolean;
  untilMs: number;
}

interface Asking {
  userId: string;
  answer: Promise<Answer>;
}

/** Keeps answers about users for a while, and asks equal questions that come at the same time only once. */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #kept: LRUCache<string, Kept>;
  readonly #asking = new Map<string, Asking>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    this.#kept = new LRUCache({ max: options.maxEntries });
  }

  /** The answer kept under `key`, else what `ask` answers. */
  resolve(userId: string, key: string, ask: () => Promise<Answer>): Answer | Promise<Answer> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#options.now() < kept.untilMs) return kept.allow;
    return (this.#asking.get(key) ?? this.#begin(userId, key, ask)).answer;
  }

  /** Drops the user's answers; one that is still on its way is asked for again, for it may be from before the change. */
  invalidate(userId: string): void {
    for (const answers of [this.#kept, this.#asking]) {
      for (const [key, entry] of [...answers.entries()]) {
        if (entry.userId === userId) answers.delete(key);
      }
    }
  }

  #begin(userId: string, key: string, ask: () => Promise<Answer>): Asking {
    const isCurrent = () => this.#asking.get(key) === asking;
    const settle = (answer: Answer) =>
      isCurrent() ? this.#keep(userId, key, answer) : this.resolve(userId, key, ask);
    const forget = () => {
      if (isCurrent()) this.#asking.delete(key);
    };
    const asking: Asking = { userId, answer: ask().then(settle).finally(forget) };
    this.#asking.set(key, asking);
    return asking;
  }

  #keep(userId: string, key: string, answer: Answer): Answer {
    const { allowTtlMs, denyTtlMs, now } = this.#options;
    if (answer !== undefined) {
      this.#kept.set(key, { userId, allow: answer, untilMs: now() + (answer ? allowTtlMs : denyTtlMs) });
    }
    return answer;
  }
}
