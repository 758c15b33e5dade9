import type { Packet, PacketFormat } from "../packets/packet-format.ts";
import type { Deflate } from "./deflate.ts";
import { Frame } from "./frame.ts";

/** Makes the frames of events as this server's clients read them. */
export class EventFrames {
  readonly #format: PacketFormat;
  readonly #deflate: Deflate | undefined;

  /** `deflate`: for what many clients receive. */
  constructor(format: PacketFormat, deflate?: Deflate) {
    this.#format = format;
    this.#deflate = deflate;
  }

  /** An event's JSON text as the frames take it; to be made once. Throws if it is no JSON. */
  body(json: string): Packet {
    return this.#format.body(json);
  }

  /** A frame that many clients receive. */
  shared(namespace: string, type: string, body: Packet, position: string): Frame {
    return new Frame(this.#format.event(namespace, type, body, position), this.#deflate);
  }

  /** A frame for one client: to deflate it would be work that nobody shares. */
  single(namespace: string, type: string, json: string, position: string): Frame {
    return new Frame(this.#format.event(namespace, type, this.#format.body(json), position));
  }
}
