import { Encoder, ExtData, type ExtensionCodecType } from "@msgpack/msgpack";

/**
 * Writes a date as `notepack.io` does, which `socket.io-msgpack-parser` uses: as extension 0 of eight bytes.
 */
const extensionCodec: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value instanceof Date ? new ExtData(0, bytesOf(value)) : null),
  decode: (bytes) => bytes,
};

const encoder = new Encoder({ extensionCodec, ignoreUndefined: true });

/**
 * A value in MessagePack that `notepack.io` can read. Its own encoder writes numbers beyond 64 bits wrongly,
 * and so would change an event's data. Like JSON, leaves out undefined members. Throws beyond a depth of 100.
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
