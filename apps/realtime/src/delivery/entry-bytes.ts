import type { EntryFrames } from "./entry-frames.ts";

/** The frames of some entries in one buffer: one for clients that support deflate, one for the others. */
export class EntryBytes {
  readonly #entries: readonly EntryFrames[];
  readonly #namespace: string;
  #plain: Buffer | undefined;
  #deflated: Buffer | undefined;

  constructor(entries: readonly EntryFrames[], namespace: string) {
    this.#entries = entries;
    this.#namespace = namespace;
  }

  /** The bytes for a client that `supportsDeflate`, or does not. */
  for(supportsDeflate: boolean): Buffer {
    if (supportsDeflate) {
      this.#deflated ??= this.#concat(true);
      return this.#deflated;
    }
    this.#plain ??= this.#concat(false);
    return this.#plain;
  }

  #concat(supportsDeflate: boolean): Buffer {
    const frames = this.#entries.map((entry) => entry.for(this.#namespace).for(supportsDeflate));
    const [first] = frames;
    return frames.length === 1 && first !== undefined ? first : Buffer.concat(frames);
  }
}
