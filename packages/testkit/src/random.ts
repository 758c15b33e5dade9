/** A repeatable random number generator: the same seed gives the same numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0 and below 1. */
  next(): number {
    // mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` up to and without `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error("the list to pick from is empty");
    return items[this.between(0, items.length)] as Item;
  }

  /** `count` different items. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const remaining = [...items];
    return Array.from({ length: Math.min(count, remaining.length) }, () => {
      const [item] = remaining.splice(this.between(0, remaining.length), 1);
      return item as Item;
    });
  }

  /** Returns a separate generator for a part, so that the parts do not affect each other. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 32));
  }
}
