import type { Position } from "@roomcast/events";
import type { LogEntry, LogFollower, LogHead, LogSink } from "../event-log.ts";
import { OffsetWaiters } from "../offset-waiters.ts";

/** Delivers entries in the order of their appends, in a later microtask than the append. */
export class MemoryFollower implements LogFollower {
  readonly #sink: LogSink;
  readonly #onStop: () => void;
  readonly #reached = new OffsetWaiters();
  readonly #epoch: string;
  #queue: LogEntry[] = [];
  #offset: number;

  constructor(start: Position, sink: LogSink, onStop: () => void) {
    this.#epoch = start.epoch;
    this.#offset = start.offset;
    this.#sink = sink;
    this.#onStop = onStop;
  }

  /** Queues the next entry. */
  push(entry: LogEntry): void {
    this.#queue.push(entry);
    if (this.#queue.length === 1) queueMicrotask(() => this.#drain());
  }

  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  get head(): LogHead {
    return { offset: this.#offset, epochs: [{ name: this.#epoch, first: 1 }] };
  }

  reached(offset: number, timeoutMs: number): Promise<boolean> {
    return this.#offset >= offset ? Promise.resolve(true) : this.#reached.wait(offset, timeoutMs);
  }

  stop(): Promise<void> {
    this.#queue = [];
    this.#reached.clear();
    this.#onStop();
    return Promise.resolve();
  }

  #drain(): void {
    for (const entry of this.#queue.splice(0)) {
      this.#offset = entry.offset;
      this.#sink.entry(entry);
      this.#reached.advance(entry.offset);
    }
  }
}
