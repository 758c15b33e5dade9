import type { HistoryRange, HistorySlice } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { type ReadRanges, SingleFlightReads, type SliceOf } from "../../src/redis/single-flight-reads.ts";

/** One read that was begun and that the test answers. */
export interface FakeRead {
  room: RoomName;
  ranges: HistoryRange[];
  answer: (sliceOf: SliceOf) => void;
  fail: (error: Error) => void;
}

/** Shared reads whose reads the test answers one after the other. */
export class FakeReads {
  readonly begun: FakeRead[] = [];
  readonly #read: ReadRanges = (room, ranges) =>
    new Promise((answer, fail) => this.begun.push({ room, ranges, answer, fail }));
  readonly #shared: SingleFlightReads;

  constructor(timeoutMs = 10_000) {
    this.#shared = new SingleFlightReads(this.#read, timeoutMs);
  }

  /** Asks for what is after an offset. */
  ask(after: number, room: RoomName = "global"): Promise<HistorySlice> {
    return this.#shared.ask(room, { after, limit: 10 });
  }

  /** The next read, once everything that can happen without its answer has happened. */
  async next(): Promise<FakeRead> {
    await settled();
    const read = this.begun.shift();
    if (read === undefined) throw new Error("no read was begun");
    return read;
  }
}

/** Resolves once all promises that could be settled are. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Serves every range, with a slice that tells which read it is of. */
export function everyone(read: number): SliceOf {
  return (range) => slice(read, range);
}

/** Serves the ranges that begin before an offset. */
export function before(offset: number, read: number): SliceOf {
  return (range) => ((range.after ?? 0) < offset ? slice(read, range) : undefined);
}

function slice(read: number, { after = 0 }: HistoryRange): HistorySlice {
  const offset = after + read;
  const entry = { offset, epoch: "e", timeMs: 0, type: "t", rooms: [], transient: false, json: "" };
  return { entries: [{ ...entry, kind: "event" }], complete: true, more: false };
}
