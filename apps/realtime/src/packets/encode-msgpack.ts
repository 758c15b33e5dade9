import { Encoder, ExtensionCodec } from "@msgpack/msgpack";

/** The extension type of `notepack.io`, which `socket.io-msgpack-parser` reads with, for a date in eight bytes. */
const notepackDate = 0;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: notepackDate,
  encode: (value) => (value instanceof Date ? encodeDate(value) : null),
  decode: (bytes) => bytes,
});

const encoder = new Encoder({ extensionCodec, ignoreUndefined: true });

/**
 * A value in MessagePack as `notepack.io` reads it. Its own encoder writes numbers beyond 64 bits as others, and so would
 * change an event's data. Like JSON, leaves out members that are undefined. Throws beyond a depth of 100.
 */
export function encodeMsgpack(value: unknown): Buffer {
  const { buffer, byteOffset, length } = encoder.encode(value);
  return Buffer.from(buffer, byteOffset, length);
}

function encodeDate(date: Date): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(date.getTime()));
  return bytes;
}
