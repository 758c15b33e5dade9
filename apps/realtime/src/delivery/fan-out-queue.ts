import type { Connection } from "./connection.ts";
import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { lookAhead, lookAheadCount } from "./look-ahead.ts";
import { PendingEntries, type Segment } from "./pending-entries.ts";

/** Whoever is in some channels of a namespace at the moment. */
export interface Audience {
  readonly namespace: string;
  /** Equal for equal audiences. */
  readonly key: string;
  /** The members of each channel; a connection may be in several. */
  members(): readonly (readonly Connection[])[];
}

interface AudienceSegment extends Segment {
  audience: Audience;
}

/** A segment that is being written to members, and how far that is. */
interface Work {
  segment: Segment;
  members: readonly Connection[];
  next: number;
  /** Whether the members from `next` on have it as `pending`. */
  isNoted: boolean;
}

/**
 * What this tick has to write. All that comes for a connection becomes one buffer and one write, and those who are given
 * the same share the buffer. Whoever changes a membership, or writes to a connection by another way, flushes first: so
 * every connection is written in the order of the calls, and to those who were members when an entry came.
 */
export class FanOutQueue {
  readonly #writer: FrameWriter;
  #segments: AudienceSegment[] = [];
  #isScheduled = false;
  #underWay: Work | undefined = undefined;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** Takes an entry for an audience; it is written at the end of this tick. */
  add(audience: Audience, entry: EntryFrames): void {
    const { namespace, key } = audience;
    const last = this.#segments.at(-1);
    if (last !== undefined && last.audience.key === key && last.namespace === namespace) {
      last.entries.push(entry);
    } else {
      this.#segments.push({ audience, namespace, entries: [entry] });
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Writes what has come so far. */
  flush(): void {
    if (this.#segments.length === 0) return;
    this.#noteRest();
    const segments = this.#segments;
    // Writing may flush again, through Engine.IO's events: then there must be nothing left to write twice.
    this.#segments = [];
    const [first] = segments;
    const isAlone = segments.length === 1 && this.#underWay === undefined;
    const channels = isAlone ? (first as AudienceSegment).audience.members() : [];
    if (channels.length === 1) this.#writeAll(channels[0] as readonly Connection[], first as Segment);
    else for (const connection of shareOut(segments)) this.#writePending(connection);
  }

  /** The usual tick, in which everybody is given the same: nothing is noted for each, unless something comes meanwhile. */
  #writeAll(members: readonly Connection[], segment: Segment): void {
    const bytes = new EntryBytes(segment.entries, segment.namespace);
    // Other code runs only once all who are left are known: whoever leaves then cannot make another be skipped.
    const rest = this.#writer.writeMany?.(members, bytes) ?? members.slice();
    const work: Work = { segment, members: rest, next: 0, isNoted: false };
    this.#underWay = work;
    try {
      while (work.next < rest.length) {
        if (work.next % lookAheadCount === 0) lookAhead(rest, work.next);
        const connection = rest[work.next++] as Connection;
        if (work.isNoted) this.#writePending(connection);
        else this.#write(connection, segment.entries, bytes);
      }
    } finally {
      this.#underWay = undefined;
    }
  }

  /** Whoever is still to be written when more comes is given it behind what is noted here. */
  #noteRest(): void {
    const work = this.#underWay;
    if (work === undefined || work.isNoted) return;
    const alone = new PendingEntries(work.segment);
    for (const connection of work.members.slice(work.next)) connection.pending = alone;
    work.isNoted = true;
  }

  #writePending(connection: Connection): void {
    const { pending } = connection;
    if (pending === undefined) return;
    connection.pending = undefined;
    this.#write(connection, pending.entries, pending.bytes);
  }

  #write(connection: Connection, entries: EntryFrames[], bytes: EntryBytes): void {
    if (connection.isReady) this.#writer.write(connection, bytes.for(connection.inflates));
    else connection.deliver(entries, bytes);
  }
}

/** Gives every member what it has yet to be written; an event of several rooms reaches one in two of them once. */
function shareOut(segments: readonly AudienceSegment[]): Connection[] {
  const recipients: Connection[] = [];
  for (const segment of segments) {
    const alone = new PendingEntries(segment);
    for (const members of segment.audience.members()) {
      for (let i = 0; i < members.length; i++) {
        const connection = members[i] as Connection;
        const { pending } = connection;
        if (pending === undefined) {
          connection.pending = alone;
          recipients.push(connection);
        } else if (pending.segment !== segment) connection.pending = pending.with(segment);
      }
    }
  }
  return recipients;
}
