import { EventEmitter } from "node:events";
import { namespaces } from "@roomcast/events";
import { isPacketValid, type Packet } from "socket.io-parser";
import { decodeMsgpack } from "./decode-msgpack.ts";
import { encodeMsgpack } from "./encode-msgpack.ts";

/** Writes packets as `socket.io-msgpack-parser` does, for Socket.IO. */
export class MsgpackEncoder {
  encode(packet: unknown): Buffer[] {
    return [encodeMsgpack(packet)];
  }
}

/** Reads packets of `socket.io-msgpack-parser`, for Socket.IO, as strictly as Socket.IO reads its own. */
export class MsgpackDecoder extends EventEmitter {
  /** Throws if it is not a packet. */
  add(data: unknown): void {
    this.emit("decoded", readPacket(data));
  }

  destroy(): void {
    // It holds nothing.
  }
}

/**
 * Reads a client's packet. Throws if it is none, or has binary data for a namespace without such commands.
 */
export function readPacket(data: unknown): Packet {
  if (!Buffer.isBuffer(data)) throw new Error("not a binary message");
  const { value, hasBinary } = decodeMsgpack(data);
  const packet = value as Packet;
  if (typeof value !== "object" || value === null || !isPacketValid(packet)) throw new Error("not a packet");
  if (hasBinary && (namespaces as readonly string[]).includes(packet.nsp))
    throw new Error("binary data for a namespace without");
  return packet;
}
