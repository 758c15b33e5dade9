import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket as NetSocket } from "node:net";
import { TLSSocket } from "node:tls";
import type { FrameWriter, ReadyStream, StreamHandle } from "./frame-writer.ts";

/** Node's class of write requests, which no module exports. */
type WriteRequestClass = new () => WriteRequest;

interface WriteRequest {
  handle?: StreamHandle;
  /** Keeps the bytes alive while the kernel has not taken them. */
  buffer?: Buffer;
  async?: boolean;
  oncomplete?: (status: number) => void;
}

/** The libuv handle of a plain TCP stream; undefined for TLS and for anything else. */
export function handleOf(stream: NetSocket): StreamHandle | undefined {
  if (stream instanceof TLSSocket) return undefined;
  const { _handle: handle } = stream as unknown as { _handle?: Partial<StreamHandle> | null };
  const isUsable = typeof handle?.writeBuffer === "function" && typeof handle.writeQueueSize === "number";
  return isUsable ? (handle as StreamHandle) : undefined;
}

/**
 * Writes to the libuv handle: the same system call as `net.Socket.write` without its bookkeeping, which costs more than
 * the call itself. Resolves with undefined where a trial on this Node version does not behave exactly as expected.
 */
export async function createHandleWriter(): Promise<FrameWriter | undefined> {
  try {
    return await tryOut();
  } catch {
    // Whatever is different on this Node: the public way works everywhere.
    return undefined;
  }
}

function writerOf(Request: WriteRequestClass): FrameWriter {
  const newRequest = () => Object.assign(new Request(), { async: false, oncomplete: ignore });
  let spare = newRequest();
  return {
    name: "handle",
    write(connection: ReadyStream, bytes: Buffer) {
      const handle = connection.handle as StreamHandle;
      if (handle.writeBuffer(spare, bytes) !== 0) return fail(connection);
      if (handle.writeQueueSize === 0) return;
      // The kernel took only a part: libuv holds on to the request and the bytes, and later writes must queue.
      Object.assign(spare, { handle, async: true, buffer: bytes });
      spare = newRequest();
      connection.isReady = false;
    },
  };
}

/** Bytes are missing on this connection now: it must end, and its client resumes. */
function fail(connection: ReadyStream): void {
  connection.isReady = false;
  connection.stream?.destroy();
}

function ignore(): void {
  // A failed asynchronous write is followed by a read error, which net.Socket handles.
}

async function tryOut(): Promise<FrameWriter | undefined> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[stream]] = (await Promise.all([once(server, "connection"), once(client, "connect")])) as [
    [NetSocket],
    unknown,
  ];
  try {
    const Request = captureRequestClass(stream);
    if (Request === undefined) return undefined;
    const writer = writerOf(Request);
    return (await keepsOrder(writer, stream, client)) ? writer : undefined;
  } finally {
    stream.destroy();
    client.destroy();
    server.close();
  }
}

/** `net.Socket` hands its handle a request of the class with every write. */
function captureRequestClass(stream: NetSocket): WriteRequestClass | undefined {
  const handle = handleOf(stream);
  if (handle === undefined) return undefined;
  let captured: WriteRequestClass | undefined;
  const original = handle.writeBuffer.bind(handle);
  Object.assign(handle, {
    writeBuffer(request: { constructor: WriteRequestClass }, bytes: Buffer) {
      captured = request.constructor;
      return original(request, bytes);
    },
  });
  stream.write(Buffer.from("."));
  delete (handle as { writeBuffer?: unknown }).writeBuffer;
  return captured;
}

const trialBytes = 8 * 1024 * 1024;

/** Small writes, one far beyond the kernel's buffer, and public writes around them must arrive whole and in order. */
async function keepsOrder(writer: FrameWriter, stream: NetSocket, client: NetSocket): Promise<boolean> {
  const connection: ReadyStream = { isReady: true, stream, handle: handleOf(stream) };
  const sent: Buffer[] = [Buffer.from(".")];
  const send = (bytes: Buffer, write: () => void) => {
    sent.push(bytes);
    write();
  };
  const viaHandle = (bytes: Buffer) => send(bytes, () => writer.write(connection, bytes));
  const viaStream = (bytes: Buffer) => send(bytes, () => void stream.write(bytes));
  viaHandle(Buffer.from("one"));
  if (!connection.isReady) return false;
  viaStream(Buffer.from("two"));
  viaHandle(Buffer.from("three"));
  viaHandle(Buffer.alloc(trialBytes, "x"));
  if (connection.isReady) return false;
  viaStream(Buffer.from("four"));
  return matches(client, Buffer.concat(sent));
}

async function matches(client: NetSocket, expected: Buffer): Promise<boolean> {
  const timeout = AbortSignal.timeout(2_000);
  const received: Buffer[] = [];
  let length = 0;
  while (length < expected.length) {
    const [chunk] = (await once(client, "data", { signal: timeout })) as [Buffer];
    received.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(received).equals(expected);
}
