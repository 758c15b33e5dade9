import type { ErrorBody } from "@roomcast/events";

/** One Socket.IO packet as Engine.IO carries it: a text, or bytes. */
export type Packet = string | Buffer;

/** What a packet from a client is, as far as it matters before the packet is taken apart. */
export type PacketKind = "other" | "refused" | "attachment" | { connectTo: string } | AttachmentsAhead;

/** The first part of a packet whose binary data follow, each as a packet of its own. */
export interface AttachmentsAhead {
  binaryTo: string;
  attachments: number;
}

/** How packets are written and read: Socket.IO calls it a parser, and client and server must use the same. */
export interface PacketFormat {
  /** The parser for Socket.IO itself; undefined for its default. */
  readonly parser: object | undefined;
  /** An event's JSON text as it stands within a packet, made once for all its packets; throws if it is no JSON. */
  body(json: string): Packet;
  /** An event packet around a body; `position` is its last argument. */
  event(namespace: string, type: string, body: Packet, position?: string): Packet;
  /** A packet that refuses a CONNECT, which a stock client tells as `connect_error` and does not try again. */
  connectError(namespace: string, error: ErrorBody): Packet;
  /** What a client's packet is; whatever comes, it does not throw. */
  kindOf(packet: unknown): PacketKind;
}
