import type { Socket as NetSocket } from "node:net";
import type { FrameWriter, ReadyStream } from "./frame-writer.ts";
import { handleOf, type StreamHandle } from "./stream-handle.ts";
import { keepsOrder, withTrialPair } from "./write-trial.ts";

/** Node's class of write requests, which no module exports. */
type WriteRequestClass = new () => WriteRequest;

interface WriteRequest {
  handle?: StreamHandle;
  /** Keeps the bytes alive while the kernel has not taken them. */
  buffer?: Buffer;
  async?: boolean;
  oncomplete?: (status: number) => void;
}

const firstBytes = Buffer.from(".");

/**
 * Writes to the libuv handle: the same system call as `net.Socket.write` without its bookkeeping, which costs more than
 * the call itself. Resolves with undefined where a trial on this Node version does not behave exactly as expected.
 */
export function createHandleWriter(): Promise<FrameWriter | undefined> {
  return withTrialPair(async (pair) => {
    const Request = captureRequestClass(pair.stream);
    if (Request === undefined) return undefined;
    const writer = writerOf(Request);
    return (await keepsOrder(pair, writer, firstBytes)) ? writer : undefined;
  });
}

function writerOf(Request: WriteRequestClass): FrameWriter {
  const newRequest = () => Object.assign(new Request(), { async: false, oncomplete: ignore });
  let spare = newRequest();

  function write(connection: ReadyStream, bytes: Buffer): void {
    const handle = connection.handle as StreamHandle;
    if (handle.writeBuffer(spare, bytes) !== 0) return fail(connection);
    if (handle.writeQueueSize === 0) return;
    // The kernel took only a part: libuv holds on to the request and the bytes, and later writes must queue.
    Object.assign(spare, { handle, async: true, buffer: bytes });
    spare = newRequest();
    connection.isReady = false;
  }

  return {
    name: "handle",
    write,
    writeMany(streams, shared) {
      const rest: (typeof streams)[number][] = [];
      for (const one of streams) {
        if (one.isReady) write(one, shared.for(one.inflates));
        else rest.push(one);
      }
      return rest;
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
  stream.write(firstBytes);
  delete (handle as { writeBuffer?: unknown }).writeBuffer;
  return captured;
}
