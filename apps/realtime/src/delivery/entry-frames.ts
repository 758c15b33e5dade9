import type { LogEntry } from "@roomcast/event-log";
import { formatPosition } from "@roomcast/events";
import { eventFrame, type Frame } from "./frame.ts";

/** The frames of one log entry, made once per namespace when the first client needs one. */
export class EntryFrames {
  readonly entry: LogEntry;
  readonly #frames = new Map<string, Frame>();

  constructor(entry: LogEntry) {
    this.entry = entry;
  }

  /** The frame with the entry's own position, the same for every client of the namespace. */
  for(namespace: string): Frame {
    let frame = this.#frames.get(namespace);
    if (frame === undefined) {
      frame = eventFrame(namespace, this.entry.type, this.entry.json, formatPosition(this.entry));
      this.#frames.set(namespace, frame);
    }
    return frame;
  }
}
