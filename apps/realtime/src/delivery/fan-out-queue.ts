import type { Connection } from "./connection.ts";
import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";
import type { FrameWriter } from "./frame-writer.ts";

/** Whoever is in some channels of a namespace at the moment. */
export interface Audience {
  readonly namespace: string;
  /** Equal for equal audiences. */
  readonly key: string;
  /** The members of each channel; a connection may be in several. */
  members(): readonly (readonly Connection[])[];
}

interface Segment {
  audience: Audience;
  entries: EntryFrames[];
}

/**
 * What this tick has to write. Entries that follow each other for one audience become one buffer and one write for each
 * connection. Whoever changes a membership, or writes to a connection by another way, flushes first: so every
 * connection is written in the order of the calls, and to those who were members when an entry came.
 */
export class FanOutQueue {
  readonly #writer: FrameWriter;
  #segments: Segment[] = [];
  #isScheduled = false;
  #depth = 0;
  #segment = 0;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** Takes an entry for an audience; it is written at the end of this tick. */
  add(audience: Audience, entry: EntryFrames): void {
    const last = this.#segments.at(-1);
    if (
      last !== undefined &&
      last.audience.key === audience.key &&
      last.audience.namespace === audience.namespace
    ) {
      last.entries.push(entry);
    } else {
      this.#segments.push({ audience, entries: [entry] });
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
    const segments = this.#segments;
    // Writing may flush again, through Engine.IO's events: then there must be nothing left to write twice.
    this.#segments = [];
    this.#depth++;
    try {
      for (const segment of segments) this.#write(segment);
    } finally {
      this.#depth--;
    }
  }

  /** Whether audiences are being read at this moment. */
  get isWriting(): boolean {
    return this.#depth > 0;
  }

  #write({ audience, entries }: Segment): void {
    const channels = audience.members();
    const bytes = new EntryBytes(entries, audience.namespace);
    if (channels.length === 1) this.#writeAll(channels[0] as readonly Connection[], entries, bytes);
    else this.#writeOnce(channels, entries, bytes);
  }

  #writeAll(members: readonly Connection[], entries: EntryFrames[], bytes: EntryBytes): void {
    const writer = this.#writer;
    for (let i = 0; i < members.length; i++) {
      const connection = members[i] as Connection;
      if (connection.isReady) writer.write(connection, bytes.for(connection.inflates));
      else connection.deliver(entries, bytes);
    }
  }

  /** An event of several rooms reaches a connection in two of them once. */
  #writeOnce(channels: readonly (readonly Connection[])[], entries: EntryFrames[], bytes: EntryBytes): void {
    const mark = ++this.#segment;
    for (const members of channels) {
      for (const connection of members) {
        if (connection.mark === mark) continue;
        connection.mark = mark;
        if (connection.isReady) this.#writer.write(connection, bytes.for(connection.inflates));
        else connection.deliver(entries, bytes);
      }
    }
  }
}
