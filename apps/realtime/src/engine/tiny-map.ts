/**
 * A map for a few entries, of which most have none or one: a `Map` takes 180 bytes before its first. Keys and values
 * alternate in one array, which is made anew with every change, by methods that make it no larger than needed: an array
 * that is pushed to, or built by spreading, takes room for sixteen more.
 */
export class TinyMap<K, V> {
  #flat: readonly unknown[] = nothing;

  constructor(entries: Iterable<[K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#flat.length / 2;
  }

  has(key: K): boolean {
    return this.#at(key) !== -1;
  }

  get(key: K): V | undefined {
    const at = this.#at(key);
    return at === -1 ? undefined : (this.#flat[at + 1] as V);
  }

  set(key: K, value: V): this {
    const at = this.#at(key);
    this.#flat = at === -1 ? this.#flat.concat([key, value]) : this.#flat.with(at + 1, value);
    return this;
  }

  delete(key: K): boolean {
    const at = this.#at(key);
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
    for (let at = 0; at < flat.length; at += 2) yield [flat[at] as K, flat[at + 1] as V];
  }

  forEach(visit: (value: V, key: K) => void): void {
    for (const [key, value] of this) visit(value, key);
  }

  #at(key: K): number {
    for (let at = 0; at < this.#flat.length; at += 2) if (this.#flat[at] === key) return at;
    return -1;
  }
}

const nothing: readonly unknown[] = [];
