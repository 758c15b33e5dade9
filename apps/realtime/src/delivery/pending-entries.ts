import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";

/** Entries that follow each other in the log and go to the same audience. */
export interface Segment {
  namespace: string;
  entries: EntryFrames[];
}

/**
 * What a connection has yet to be written in this tick. Connections that are given the same segments, one after the
 * other, share one object, and so one buffer.
 */
export class PendingEntries {
  readonly segment: Segment;
  readonly #before: PendingEntries | undefined;
  #after: PendingEntries | undefined = undefined;
  #entries: EntryFrames[] | undefined = undefined;
  #bytes: EntryBytes | undefined = undefined;

  constructor(segment: Segment, before?: PendingEntries) {
    this.segment = segment;
    this.#before = before;
  }

  /** These entries and a segment after them; the same object for as long as the segment is the same. */
  with(segment: Segment): PendingEntries {
    if (this.#after?.segment !== segment) this.#after = new PendingEntries(segment, this);
    return this.#after;
  }

  get entries(): EntryFrames[] {
    this.#entries ??= this.#segments().flatMap(({ entries }) => entries);
    return this.#entries;
  }

  /** The frames of all entries, one after the other. */
  get bytes(): EntryBytes {
    this.#bytes ??= new EntryBytes(this.entries, this.segment.namespace);
    return this.#bytes;
  }

  #segments(): Segment[] {
    const newestFirst = [this.segment];
    for (let one = this.#before; one !== undefined; one = one.#before) newestFirst.push(one.segment);
    return newestFirst.reverse();
  }
}
