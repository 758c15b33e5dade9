import type { EncodedEntry } from "./encoded-entry.ts";

/** Entries that go to the same connections one after the other, as one buffer that these connections share. */
export class EntryBatch {
  readonly namespace: string;
  readonly entries: EncodedEntry[];
  #plain: Buffer | undefined;
  #deflated: Buffer | undefined;

  constructor(namespace: string, entries: EncodedEntry[]) {
    this.namespace = namespace;
    this.entries = entries;
  }

  /** The bytes for a client that `supportsDeflate`, or does not. No entry may be added after the first call. */
  bytes(supportsDeflate: boolean): Buffer {
    if (supportsDeflate) {
      this.#deflated ??= this.#concat(true);
      return this.#deflated;
    }
    this.#plain ??= this.#concat(false);
    return this.#plain;
  }

  #concat(supportsDeflate: boolean): Buffer {
    const frames = this.entries.map((entry) => entry.frame(this.namespace).bytes(supportsDeflate));
    const [first] = frames;
    return frames.length === 1 && first !== undefined ? first : Buffer.concat(frames);
  }
}
