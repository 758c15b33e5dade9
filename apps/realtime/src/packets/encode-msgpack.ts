import { Encoder, ExtData, type ExtensionCodecType } from "@msgpack/msgpack";

/** Writes a date as `notepack.io` does, with which `socket.io-msgpack-parser` reads: as extension 0 of eight bytes. */
const extensionCodec: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value instanceof Date ? new ExtData(0, bytesOf(value)) : null),
  decode: (bytes) => bytes,
};

const encoder = new Encoder({ extensionCodec, ignoreUndefined: true });

/**
 * A value in MessagePack as `notepack.io` reads it. Its own encoder writes numbers beyond 64 bits as others, and so would
 * change an event's data. Like JSON, leaves out members that are undefined. Throws beyond a depth of 100.
 */
export function encodeMsgpack(value: unknown): Buffer {
  const { buffer, byteOffset, length } = encoder.encode(value);
  return Buffer.from(buffer, byteOffset, length);
}

function bytesOf(date: Date): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(date.getTime()));
  return bytes;
}
