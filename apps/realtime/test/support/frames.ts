import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/** One frame from the server, byte for byte. */
export interface SeenFrame {
  isDeflated: boolean;
  isBinary: boolean;
  bytes: Buffer;
}

/** Everything that the server sends over a WebSocket from now on. */
export function watchFrames(webSocket: WebSocket): () => SeenFrame[] {
  const chunks: Buffer[] = [];
  const { _socket: stream } = webSocket as unknown as { _socket: Socket };
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => parse(Buffer.concat(chunks));
}

function parse(bytes: Buffer): SeenFrame[] {
  const frames: SeenFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, size = 0] = bytes.subarray(at);
    const header = size === 127 ? 10 : size === 126 ? 4 : 2;
    const length =
      header === 2 ? size : header === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
    const end = at + header + length;
    const isBinary = (first & 0x0f) === 2;
    frames.push({ isDeflated: (first & 0x40) !== 0, isBinary, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return frames;
}
