import type { Packet, PacketFormat } from "../packets/packet-format.ts";
import type { Deflate } from "./deflate.ts";
import { Frame } from "./frame.ts";

/** Makes frames of events in this server's packet format. */
export class EventFrames {
  readonly #format: PacketFormat;
  readonly #deflate: Deflate | undefined;

  /** `deflate` applies to frames that many clients receive. */
  constructor(format: PacketFormat, deflate?: Deflate) {
    this.#format = format;
    this.#deflate = deflate;
  }

  /** An event's JSON in the form that frames contain; to be made once. Throws if it is not JSON. */
  body(json: string): Packet {
    return this.#format.body(json);
  }

  /** A frame for many clients. */
  shared(namespace: string, type: string, body: Packet, position: string): Frame {
    return new Frame(this.#format.event(namespace, type, body, position), this.#deflate);
  }

  /** A frame for one client. It is not deflated, because no other client would share that work. */
  single(namespace: string, type: string, json: string, position: string): Frame {
    return new Frame(this.#format.event(namespace, type, this.#format.body(json), position));
  }
}
