import type { Packet } from "../packets/packet-format.ts";
import type { Deflate } from "./deflate.ts";

const opcodes = { text: 0x1, binary: 0x2 } as const;

/** Bits of a frame's first byte (RFC 6455, section 5.2); RSV1 says deflated (RFC 7692, section 6). */
const [final, deflatedBit] = [0x80, 0x40];

/** One event as one namespace's clients receive it: encoded once, written to many. */
export class Frame {
  /** The Socket.IO packet. */
  readonly packet: Packet;
  readonly #deflate: Deflate | undefined;
  #plain: Buffer | undefined;
  #deflated: Buffer | undefined;

  /** Without `deflate` the frame is the same for all clients. */
  constructor(packet: Packet, deflate?: Deflate) {
    this.packet = packet;
    this.#deflate = deflate;
  }

  /** The packet as a WebSocket frame, deflated if it is large and the client `supportsDeflate`. */
  bytes(supportsDeflate: boolean): Buffer {
    this.#plain ??= toPlainFrame(this.packet);
    if (!supportsDeflate || this.#deflate === undefined) return this.#plain;
    this.#deflated ??= this.#toDeflatedFrame(this.#plain, this.#deflate);
    return this.#deflated;
  }

  #toDeflatedFrame(plain: Buffer, deflate: Deflate): Buffer {
    const payload = deflate(plain.subarray(headerLength(plain)));
    return payload === undefined
      ? plain
      : toFrame((plain[0] as number) | deflatedBit, payload.length, payload);
  }
}

/** Engine.IO puts its packet type `4` (message) before a text, and sends binary data as it is. */
function toPlainFrame(packet: Packet): Buffer {
  if (typeof packet !== "string") return toFrame(final | opcodes.binary, packet.length, packet);
  const text = `4${packet}`;
  return toFrame(final | opcodes.text, Buffer.byteLength(text), text);
}

/** An unmasked frame (RFC 6455, section 5.2). */
function toFrame(firstByte: number, length: number, payload: Packet): Buffer {
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = firstByte;
  if (start === 2) {
    frame[1] = length;
  } else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  if (typeof payload === "string") frame.write(payload, start, "utf8");
  else frame.set(payload, start);
  return frame;
}

function headerLength(frame: Buffer): number {
  return frame[1] === 127 ? 10 : frame[1] === 126 ? 4 : 2;
}
