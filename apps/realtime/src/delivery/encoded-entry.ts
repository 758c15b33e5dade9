import type { LogEntry } from "@roomcast/event-log";
import { formatPosition } from "@roomcast/events";
import type { Frame } from "./frame.ts";

/** A log entry as clients receive it: encoded once for each namespace, when its first client needs it. */
export class EncodedEntry {
  readonly entry: LogEntry;
  readonly #encode: (namespace: string, position: string) => Frame;
  readonly #frames = new Map<string, Frame>();

  constructor(entry: LogEntry, encode: (namespace: string, position: string) => Frame) {
    this.entry = entry;
    this.#encode = encode;
  }

  /** The frame with the entry's own position, the same for every client of the namespace. */
  frame(namespace: string): Frame {
    let frame = this.#frames.get(namespace);
    if (frame === undefined) {
      frame = this.#encode(namespace, formatPosition(this.entry));
      this.#frames.set(namespace, frame);
    }
    return frame;
  }
}
