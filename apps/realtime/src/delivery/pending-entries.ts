import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";

/** Entries that follow each other in the log and go to the same recipients. */
export interface EntryBatch {
  namespace: string;
  entries: EntryFrames[];
}

/**
 * The entries queued for a connection in this tick, as a chain of entry batches. Connections that get the
 * same batches in the same order share one object, and so one buffer.
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

  /** This chain with one more batch; the same object for the same batch. */
  with(batch: EntryBatch): PendingEntries {
    if (this.#after?.batch !== batch) this.#after = new PendingEntries(batch, this);
    return this.#after;
  }

  get entries(): EntryFrames[] {
    this.#entries ??= this.#batches().flatMap(({ entries }) => entries);
    return this.#entries;
  }

  /** The frames of all entries in one buffer. */
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
