import type { ErrorBody } from "@roomcast/events";

/** One Socket.IO packet as Engine.IO carries it: a text, or binary data. */
export type Packet = string | Buffer;

/** The kind of a client's packet, as far as it matters before the packet is parsed. */
export type PacketKind = "other" | "refused" | "attachment" | { connectTo: string } | AttachmentsAhead;

/** The first part of a packet with binary data, which follows as packets of its own. */
export interface AttachmentsAhead {
  binaryTo: string;
  attachments: number;
}

/** How packets are written and read. Socket.IO calls it a parser; client and server must use the same. */
export interface PacketFormat {
  /** The parser for Socket.IO itself; undefined for its default. */
  readonly parser: object | undefined;
  /** An event's JSON as packets contain it, made once for all its packets; throws if it is not JSON. */
  body(json: string): Packet;
  /** An event packet around a body; `position` is its last argument. */
  event(namespace: string, type: string, body: Packet, position?: string): Packet;
  /** A packet that refuses a CONNECT. A stock client emits it as `connect_error` and does not retry. */
  connectError(namespace: string, error: ErrorBody): Packet;
  /** The kind of a client's packet; never throws. */
  kindOf(packet: unknown): PacketKind;
}
