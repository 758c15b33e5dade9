import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket as NetSocket } from "node:net";
import { fdOf, writeStateOf } from "../socketio/stream-internals.ts";
import type { FrameWriter, ReadyStream } from "./frame-writer.ts";

const testBytes = 8 * 1024 * 1024;
/** Long enough for a busy machine. A writer that fails here stays off as long as the process lives. */
const patienceMs = 10_000;

/** The two ends of a connection of this process to itself. */
export interface TestPair {
  stream: NetSocket;
  client: NetSocket;
}

/** Resolves with the result of `use` on a temporary pair, or with undefined if it throws. */
export async function withTestPair<Result>(
  use: (pair: TestPair) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const server = createServer();
  let client: NetSocket | undefined;
  let stream: NetSocket | undefined;
  try {
    await once(server.listen(0, "127.0.0.1"), "listening");
    client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [accepted] = await Promise.all([once(server, "connection"), once(client, "connect")]);
    stream = accepted[0] as NetSocket;
    return await use({ stream, client });
  } catch {
    // This Node behaves differently; another writer works.
    return undefined;
  } finally {
    stream?.destroy();
    client?.destroy();
    server.close();
  }
}

/**
 * Whether the first write bypasses the stream, and small writes, one far beyond the kernel's buffer, and
 * stream writes around them arrive whole and in order.
 */
export async function keepsOrder({ stream, client }: TestPair, writer: FrameWriter): Promise<boolean> {
  const connection = readyStream(stream);
  const sent: Buffer[] = [];
  const viaWriter = (bytes: Buffer) => {
    sent.push(bytes);
    writer.write(connection, bytes);
  };
  const viaStream = (bytes: Buffer) => {
    sent.push(bytes);
    stream.write(bytes);
  };
  viaWriter(Buffer.from("one"));
  if (!connection.isReady || stream.bytesWritten !== 0) return false;
  viaStream(Buffer.from("two"));
  viaWriter(Buffer.from("three"));
  viaWriter(Buffer.alloc(testBytes, "x"));
  if (connection.isReady) return false;
  viaStream(Buffer.from("four"));
  return arrives(client, Buffer.concat(sent));
}

/** A stream in the form in which delivery writes to it. */
export function readyStream(stream: NetSocket): ReadyStream {
  return { isReady: true, stream, fd: fdOf(stream), state: writeStateOf(stream), supportsDeflate: false };
}

async function arrives(client: NetSocket, expected: Buffer): Promise<boolean> {
  const timeout = AbortSignal.timeout(patienceMs);
  const received: Buffer[] = [];
  let length = 0;
  while (length < expected.length) {
    const [chunk] = (await once(client, "data", { signal: timeout })) as [Buffer];
    received.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(received).equals(expected);
}
