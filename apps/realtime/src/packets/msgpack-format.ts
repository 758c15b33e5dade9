import type { ErrorBody } from "@roomcast/events";
import { PacketType } from "socket.io-parser";
import { encodeMsgpack } from "./encode-msgpack.ts";
import { MsgpackDecoder, MsgpackEncoder, readPacket } from "./msgpack-parser.ts";
import type { Packet, PacketFormat, PacketKind } from "./packet-format.ts";

/** The format of `socket.io-msgpack-parser`: each packet is one map in MessagePack, a binary message. */
export const msgpackFormat: PacketFormat = {
  parser: { Encoder: MsgpackEncoder, Decoder: MsgpackDecoder },

  body: (json) => encodeMsgpack(JSON.parse(json)),

  event(namespace: string, type: string, body: Packet, position?: string): Buffer {
    const head = [eventHead, encodeMsgpack(namespace), dataKey];
    const args = [encodeMsgpack(type), body as Buffer];
    if (position !== undefined) args.push(encodeMsgpack(position));
    return Buffer.concat([...head, Buffer.of(fixArray | args.length), ...args]);
  },

  connectError(namespace: string, error: ErrorBody): Buffer {
    const data = { message: error.message, data: error };
    return encodeMsgpack({ type: PacketType.CONNECT_ERROR, nsp: namespace, data });
  },

  kindOf(packet: unknown): PacketKind {
    try {
      const { type, nsp } = readPacket(packet);
      return type === PacketType.CONNECT ? { connectTo: nsp } : "other";
    } catch {
      // Socket.IO would close the connection for any of these errors too.
      return "refused";
    }
  },
};

/**
 * Bytes 0x80 to 0x8f begin a map, and 0x90 to 0x9f an array; the lower half byte is the number of members.
 */
const [fixMap, fixArray] = [0x80, 0x90];

/** `{ type: 2, nsp: …`, a map of three. */
const eventHead = Buffer.concat([
  Buffer.of(fixMap | 3),
  encodeMsgpack("type"),
  encodeMsgpack(PacketType.EVENT),
  encodeMsgpack("nsp"),
]);

const dataKey = encodeMsgpack("data");
