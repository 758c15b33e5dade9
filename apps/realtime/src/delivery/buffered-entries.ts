import type { EntryFrames } from "./entry-frames.ts";

/** What may wait while the past is written: entries, and the characters of their events. */
export interface BufferBounds {
  maxBufferedEntries: number;
  maxBufferedBytes: number;
}

/** Live entries that wait for one connection while its past is written, in order and within a bound. */
export class BufferedEntries {
  /** Whether more came than could wait. */
  hasOverflowed = false;
  #entries: EntryFrames[] = [];
  #bytes = 0;

  /** Characters of the events that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes entries at the end, or none if they exceed the bound. */
  add(entries: readonly EntryFrames[], { maxBufferedEntries, maxBufferedBytes }: BufferBounds): void {
    const bytes = entries.reduce((sum, { entry }) => sum + entry.json.length, this.#bytes);
    if (this.#entries.length + entries.length > maxBufferedEntries || bytes > maxBufferedBytes) {
      this.hasOverflowed = true;
      return;
    }
    for (const one of entries) this.#entries.push(one);
    this.#bytes = bytes;
  }

  /** Removes the first entries of together about `maxBytes`, one at least. */
  take(maxBytes: number): EntryFrames[] {
    let [count, bytes] = [0, 0];
    while (count < this.#entries.length && (count === 0 || bytes < maxBytes))
      bytes += (this.#entries[count++] as EntryFrames).entry.json.length;
    this.#bytes -= bytes;
    return this.#entries.splice(0, count);
  }
}
