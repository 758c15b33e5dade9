import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";

/** Entries that follow each other in the log and go to the same audience. */
export interface EntryBatch {
  namespace: string;
  entries: EntryFrames[];
}

/**
 * What a connection has yet to be written in this tick. Connections that are given the same segments, one after the
 * other, share one object, and so one buffer.
 */
export class PendingEntries {
  readonly batch: EntryBatch;
  readonly #before: PendingEntries | undefined;
  #after: PendingEntries | undefined = undefined;
  #entries: EntryFrames[] | undefined = undefined;
  #bytes: EntryBytes | undefined = undefined;

  constructor(batch: EntryBatch, before?: PendingEntries) {
    this.batch = batch;
    this.#before = before;
  }

  /** These entries and a segment after them; the same object for as long as the segment is the same. */
  with(batch: EntryBatch): PendingEntries {
    if (this.#after?.batch !== batch) this.#after = new PendingEntries(batch, this);
    return this.#after;
  }

  get entries(): EntryFrames[] {
    this.#entries ??= this.#batches().flatMap(({ entries }) => entries);
    return this.#entries;
  }

  /** The frames of all entries, one after the other. */
  get bytes(): EntryBytes {
    this.#bytes ??= new EntryBytes(this.entries, this.batch.namespace);
    return this.#bytes;
  }

  #batches(): EntryBatch[] {
    const newestFirst = [this.batch];
    for (let one = this.#before; one !== undefined; one = one.#before) newestFirst.push(one.batch);
    return newestFirst.reverse();
  }
}
