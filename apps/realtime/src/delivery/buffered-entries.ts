import type { EncodedEntry } from "./encoded-entry.ts";

/** Bounds of what one connection may buffer during a catch-up: entries, and characters of their events. */
export interface BufferBounds {
  maxBufferedEntries: number;
  maxBufferedBytes: number;
}

/** Live entries that wait for one connection during a catch-up, in order and within bounds. */
export class BufferedEntries {
  /** Whether more entries came than may be buffered. */
  hasOverflowed = false;
  #entries: EncodedEntry[] = [];
  #bytes = 0;

  /** Characters of the buffered events. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends entries, or none of them if they exceed the bounds. */
  add(entries: readonly EncodedEntry[], { maxBufferedEntries, maxBufferedBytes }: BufferBounds): void {
    const bytes = entries.reduce((sum, { entry }) => sum + entry.json.length, this.#bytes);
    if (this.#entries.length + entries.length > maxBufferedEntries || bytes > maxBufferedBytes) {
      this.hasOverflowed = true;
      return;
    }
    for (const one of entries) this.#entries.push(one);
    this.#bytes = bytes;
  }

  /** Removes and returns the first entries, together about `maxBytes`, at least one. */
  take(maxBytes: number): EncodedEntry[] {
    let [count, bytes] = [0, 0];
    while (count < this.#entries.length && (count === 0 || bytes < maxBytes))
      bytes += (this.#entries[count++] as EncodedEntry).entry.json.length;
    this.#bytes -= bytes;
    return this.#entries.splice(0, count);
  }
}
