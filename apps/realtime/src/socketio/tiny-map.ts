/** Beyond so many entries an array takes longer to search and to copy than a `Map`. */
const few = 32;

/**
 * A map for a few entries, of which most have none or one: a `Map` takes 180 bytes before its first. Keys and values
 * alternate in one array, which is made anew with every change, by methods that make it no larger than needed: an array
 * that is pushed to, or built by spreading, takes room for sixteen more. With more than a few entries it is a `Map`, until
 * it is empty.
 */
export class TinyMap<K, V> {
  #flat: readonly unknown[] | Map<K, V> = nothing;

  constructor(entries: Iterable<[K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#flat instanceof Map ? this.#flat.size : this.#flat.length / 2;
  }

  has(key: K): boolean {
    return this.#flat instanceof Map ? this.#flat.has(key) : indexOf(this.#flat, key) !== -1;
  }

  get(key: K): V | undefined {
    if (this.#flat instanceof Map) return this.#flat.get(key);
    const at = indexOf(this.#flat, key);
    return at === -1 ? undefined : (this.#flat[at + 1] as V);
  }

  set(key: K, value: V): this {
    if (this.#flat instanceof Map) this.#flat.set(key, value);
    else this.#setInArray(this.#flat, key, value);
    return this;
  }

  delete(key: K): boolean {
    if (this.#flat instanceof Map) {
      const isDeleted = this.#flat.delete(key);
      if (this.#flat.size === 0) this.clear();
      return isDeleted;
    }
    const at = indexOf(this.#flat, key);
    if (at === -1) return false;
    this.#flat = this.size === 1 ? nothing : this.#flat.toSpliced(at, 2);
    return true;
  }

  clear(): void {
    this.#flat = nothing;
  }

  *keys(): Generator<K> {
    for (const [key] of this) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this) yield value;
  }

  *[Symbol.iterator](): Generator<[K, V]> {
    const flat = this.#flat;
    if (flat instanceof Map) yield* flat;
    else for (let at = 0; at < flat.length; at += 2) yield [flat[at] as K, flat[at + 1] as V];
  }

  forEach(visit: (value: V, key: K) => void): void {
    for (const [key, value] of this) visit(value, key);
  }

  #setInArray(flat: readonly unknown[], key: K, value: V): void {
    const at = indexOf(flat, key);
    if (at !== -1) this.#flat = flat.with(at + 1, value);
    else if (this.size < few) this.#flat = flat.concat([key, value]);
    else this.#flat = new Map(this).set(key, value);
  }
}

const nothing: readonly unknown[] = [];

/** Where a key is among keys and values that alternate; -1 if it is not. */
function indexOf(flat: readonly unknown[], key: unknown): number {
  for (let at = 0; at < flat.length; at += 2) if (flat[at] === key) return at;
  return -1;
}
