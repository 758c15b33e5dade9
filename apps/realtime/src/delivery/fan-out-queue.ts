import type { Connection } from "./connection.ts";
import type { EncodedEntry } from "./encoded-entry.ts";
import { EntryBatch } from "./entry-batch.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { PendingBatches } from "./pending-batches.ts";
import { prefetch, prefetchCount } from "./prefetch.ts";

/** The connections that are in some channels of a namespace at the moment. */
export interface Recipients {
  readonly namespace: string;
  /** Equal for equal recipients. */
  readonly key: string;
  /** The members of each channel; a connection may be in several. */
  members(): readonly (readonly Connection[])[];
}

interface Queued {
  recipients: Recipients;
  batch: EntryBatch;
}

/** The batch that is being written, and how far that is. */
interface Work {
  batch: EntryBatch;
  members: readonly Connection[];
  next: number;
  /** Whether the members from `next` on have the batch as `pending`. */
  isQueued: boolean;
}

/**
 * The entries to write in this tick. All entries for a connection become one buffer and one write, and
 * connections that get the same entries share the buffer. Code that changes a membership, or writes to a
 * connection in another way, flushes first. So every connection is written in the order of the calls, and an
 * entry goes to those who were members when it came.
 */
export class FanOutQueue {
  readonly #writer: FrameWriter;
  #queued: Queued[] = [];
  #isScheduled = false;
  #underWay: Work | undefined = undefined;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** Queues an entry for recipients; it is written at the end of this tick. */
  add(recipients: Recipients, entry: EncodedEntry): void {
    const { namespace, key } = recipients;
    const last = this.#queued.at(-1);
    if (last !== undefined && last.recipients.key === key && last.batch.namespace === namespace) {
      last.batch.entries.push(entry);
    } else {
      this.#queued.push({ recipients, batch: new EntryBatch(namespace, [entry]) });
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Writes the entries queued so far. */
  flush(): void {
    if (this.#queued.length === 0) return;
    this.#queueRest();
    const queued = this.#queued;
    // Writing may flush again, through Engine.IO's events. The queue must be empty then, or entries go out twice.
    this.#queued = [];
    const [first] = queued as [Queued];
    const isAlone = queued.length === 1 && this.#underWay === undefined;
    const channels = isAlone ? first.recipients.members() : [];
    if (channels.length === 1) this.#writeAll(channels[0] as readonly Connection[], first.batch);
    else for (const connection of distribute(queued)) this.#writePending(connection);
  }

  /**
   * The usual tick, in which all recipients get the same entries. It sets no `pending`, unless more entries
   * come while it writes.
   */
  #writeAll(members: readonly Connection[], batch: EntryBatch): void {
    // Take the rest before other code runs: members that leave later then cannot make the loop skip another.
    const rest = this.#writer.writeMany?.(members, batch) ?? members.slice();
    const work: Work = { batch, members: rest, next: 0, isQueued: false };
    this.#underWay = work;
    try {
      while (work.next < rest.length) {
        if (work.next % prefetchCount === 0) prefetch(rest, work.next);
        const connection = rest[work.next++] as Connection;
        if (work.isQueued) this.#writePending(connection);
        else this.#write(connection, batch);
      }
    } finally {
      this.#underWay = undefined;
    }
  }

  /** Entries that arrive while we write go behind those already queued for the same connection. */
  #queueRest(): void {
    const work = this.#underWay;
    if (work === undefined || work.isQueued) return;
    const alone = new PendingBatches(work.batch);
    for (const connection of work.members.slice(work.next)) connection.pending = alone;
    work.isQueued = true;
  }

  #writePending(connection: Connection): void {
    const { pending } = connection;
    if (pending === undefined) return;
    connection.pending = undefined;
    this.#write(connection, pending.batch);
  }

  #write(connection: Connection, batch: EntryBatch): void {
    if (connection.isReady) this.#writer.write(connection, batch.bytes(connection.supportsDeflate));
    else connection.deliver(batch);
  }
}

/** Sets the pending batches of every member. A connection in two rooms of an event gets it once. */
function distribute(queued: readonly Queued[]): Connection[] {
  const connections: Connection[] = [];
  for (const { recipients, batch } of queued) {
    const alone = new PendingBatches(batch);
    for (const members of recipients.members()) {
      for (let i = 0; i < members.length; i++) {
        const connection = members[i] as Connection;
        const { pending } = connection;
        if (pending === undefined) {
          connection.pending = alone;
          connections.push(connection);
        } else if (pending.last !== batch) connection.pending = pending.with(batch);
      }
    }
  }
  return connections;
}
