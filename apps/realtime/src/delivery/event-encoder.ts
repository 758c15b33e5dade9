import type { LogEntry } from "@roomcast/event-log";
import type { PacketFormat } from "../packets/packet-format.ts";
import type { Deflate } from "./deflate.ts";
import { EncodedEntry } from "./encoded-entry.ts";
import { Frame } from "./frame.ts";

/** Encodes events in this server's packet format. */
export class EventEncoder {
  readonly #format: PacketFormat;
  readonly #deflate: Deflate | undefined;

  /** `deflate` applies to frames that many clients receive. */
  constructor(format: PacketFormat, deflate?: Deflate) {
    this.#format = format;
    this.#deflate = deflate;
  }

  /** An entry for many clients. Throws if it is not JSON and the packet format has to parse it. */
  entry(entry: LogEntry): EncodedEntry {
    const body = this.#format.body(entry.json);
    return new EncodedEntry(
      entry,
      (namespace, position) =>
        new Frame(this.#format.event(namespace, entry.type, body, position), this.#deflate),
    );
  }

  /** A frame for one client. It is not deflated, because no other client would share that work. */
  single(namespace: string, type: string, json: string, position: string): Frame {
    return new Frame(this.#format.event(namespace, type, this.#format.body(json), position));
  }
}
