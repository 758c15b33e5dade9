/** Bounds and times of an `AnswerCache`. */
export interface AnswerCacheOptions {
  /** Most answers over all users. The least recently active user's least recently used answers go first. */
  maxEntries: number;
  /** Most answers for one user. The least recently used go first. */
  maxEntriesPerUser: number;
  /** How long a yes is cached. */
  allowTtlMs: number;
  /** How long a no is cached. */
  denyTtlMs: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

/**
 * Yes, no, or undefined if there was no answer.
 * All callers of the question receive undefined; it is not cached.
 */
export type Answer = boolean | undefined;

interface Kept {
  allow: boolean;
  untilMs: number;
}

/** The cached answers of one user, least recently used first. */
type Answers = Map<string, Kept>;

/**
 * Caches answers about users. Equal questions at the same time are asked once. A user with many questions
 * evicts only that user's own answers.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #kept = new Map<string, Answers>();
  #size = 0;
  readonly #asking = new Map<string, Map<string, Promise<Answer>>>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /** Returns the answer cached under `key`, else the answer of `ask`. */
  resolve(userId: string, key: string, ask: () => Promise<Answer>): Answer | Promise<Answer> {
    const kept = this.#use(userId, key);
    if (kept !== undefined && this.#options.now() < kept.untilMs) return kept.allow;
    return this.#asking.get(userId)?.get(key) ?? this.#begin(userId, key, ask);
  }

  /**
   * Drops the user's answers.
   * A question in flight is asked again, because its answer may be from before the change.
   */
  invalidate(userId: string): void {
    this.#drop(userId);
    this.#asking.delete(userId);
  }

  #use(userId: string, key: string): Kept | undefined {
    const answers = this.#kept.get(userId);
    const kept = answers?.get(key);
    if (answers === undefined || kept === undefined) return undefined;
    moveToEnd(this.#kept, userId, answers);
    moveToEnd(answers, key, kept);
    return kept;
  }

  #begin(userId: string, key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const isCurrent = () => this.#asking.get(userId)?.get(key) === asking;
    const settle = (answer: Answer) =>
      isCurrent() ? this.#keep(userId, key, answer) : this.resolve(userId, key, ask);
    const forget = () => {
      if (isCurrent()) this.#forgetAsking(userId, key);
    };
    const asking: Promise<Answer> = ask().then(settle).finally(forget);
    const ofUser = this.#asking.get(userId) ?? new Map<string, Promise<Answer>>();
    this.#asking.set(userId, ofUser.set(key, asking));
    return asking;
  }

  #forgetAsking(userId: string, key: string): void {
    const ofUser = this.#asking.get(userId);
    ofUser?.delete(key);
    if (ofUser?.size === 0) this.#asking.delete(userId);
  }

  #keep(userId: string, key: string, answer: Answer): Answer {
    if (answer === undefined) return answer;
    const { allowTtlMs, denyTtlMs, now, maxEntries, maxEntriesPerUser } = this.#options;
    const answers: Answers = this.#kept.get(userId) ?? new Map();
    this.#size -= answers.size;
    moveToEnd(answers, key, { allow: answer, untilMs: now() + (answer ? allowTtlMs : denyTtlMs) });
    if (answers.size > maxEntriesPerUser) answers.delete(firstOf(answers));
    moveToEnd(this.#kept, userId, answers);
    this.#size += answers.size;
    while (this.#size > maxEntries) this.#dropOldest();
    return answer;
  }

  #dropOldest(): void {
    const userId = firstOf(this.#kept);
    const answers = this.#kept.get(userId);
    answers?.delete(firstOf(answers));
    if (answers?.size === 0) this.#kept.delete(userId);
    this.#size--;
  }

  #drop(userId: string): void {
    this.#size -= this.#kept.get(userId)?.size ?? 0;
    this.#kept.delete(userId);
  }
}

function moveToEnd<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}

function firstOf(map: Map<string, unknown>): string {
  return map.keys().next().value ?? "";
}
