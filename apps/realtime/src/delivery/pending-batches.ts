import { EntryBatch } from "./entry-batch.ts";

/**
 * The batches queued for a connection in this tick. Connections that get the same batches in the same order
 * share one object, and so one buffer.
 */
export class PendingBatches {
  readonly last: EntryBatch;
  readonly #before: PendingBatches | undefined;
  #after: PendingBatches | undefined = undefined;
  #joined: EntryBatch | undefined = undefined;

  constructor(last: EntryBatch, before?: PendingBatches) {
    this.last = last;
    this.#before = before;
  }

  /** These and one more batch; the same object for the same batch. */
  with(batch: EntryBatch): PendingBatches {
    if (this.#after?.last !== batch) this.#after = new PendingBatches(batch, this);
    return this.#after;
  }

  /** All of them as one batch. */
  get batch(): EntryBatch {
    if (this.#before === undefined) return this.last;
    this.#joined ??= new EntryBatch(this.last.namespace, this.#entries());
    return this.#joined;
  }

  #entries(): EntryBatch["entries"] {
    const newestFirst = [this.last];
    for (let one = this.#before; one !== undefined; one = one.#before) newestFirst.push(one.last);
    return newestFirst.reverse().flatMap(({ entries }) => entries);
  }
}
