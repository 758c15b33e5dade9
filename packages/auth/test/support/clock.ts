/** A clock that stands still until it is told to move. */
export class Clock {
  #nowMs: number;
  #sleepers: { untilMs: number; wake: () => void }[] = [];
  #onSleep = () => {};
  /** How many sleeps there were. */
  slept = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.slept++;
      this.#sleepers.push({ untilMs: this.#nowMs + ms, wake });
      this.#onSleep();
    });

  /** Resolves when `count` sleepers are to be woken. */
  sleeping(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onSleep = () => {
        if (this.#sleepers.length >= count) resolve();
      };
      this.#onSleep();
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
  }
}
