import type { LogEntry } from "@roomcast/event-log";
import { formatPosition } from "@roomcast/events";
import type { Packet } from "../packets/packet-format.ts";
import type { EventFrames } from "./event-frames.ts";
import type { Frame } from "./frame.ts";

/** The frames of one log entry, made once for each namespace when its first client needs one. */
export class EntryFrames {
  readonly entry: LogEntry;
  readonly #make: EventFrames;
  readonly #body: Packet;
  readonly #frames = new Map<string, Frame>();

  /** Throws if the entry is not JSON and the server's packet format has to parse it. */
  constructor(entry: LogEntry, make: EventFrames) {
    this.entry = entry;
    this.#make = make;
    this.#body = make.body(entry.json);
  }

  /** The frame with the entry's own position, the same for every client of the namespace. */
  for(namespace: string): Frame {
    let frame = this.#frames.get(namespace);
    if (frame === undefined) {
      frame = this.#make.shared(namespace, this.entry.type, this.#body, formatPosition(this.entry));
      this.#frames.set(namespace, frame);
    }
    return frame;
  }
}
