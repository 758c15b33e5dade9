import type { Socket as NetSocket } from "node:net";
import type { EntryBatch } from "./entry-batch.ts";
import { type FrameWriter, type ReadyStream, streamWriter, type WriterName } from "./frame-writer.ts";
import { keepsOrder, readyStream, withTestPair } from "./write-self-test.ts";

/**
 * Sends bytes to the first `count` sockets without waiting. Replaces each descriptor by the number of bytes
 * its socket took, or by a negative number. Returns how many took all.
 */
export type SendAll = (fds: Int32Array, count: number, bytes: Uint8Array) => number;

/**
 * Writes to the file descriptors of connections on which nothing waits. What the kernel does not take at once
 * goes through `net.Socket`, so that everyone sees that bytes wait: two connections, of two namespaces, may
 * share one stream. Resolves with undefined if the self-test does not pass exactly.
 */
export function createDescriptorWriter(name: WriterName, sendAll: SendAll): Promise<FrameWriter | undefined> {
  const writer = descriptorWriter(name, sendAll);
  return withTestPair(async (pair) =>
    (await keepsOrder(pair, writer)) && seesClose(pair.client) ? writer : undefined,
  );
}

/**
 * Whether the descriptor is the stream's own and no bytes wait before it. The number of a closed descriptor
 * goes to the next connection that is opened.
 */
function isIdle({ fd, state }: ReadyStream): boolean {
  return fd >= 0 && state !== undefined && state.length === 0 && !state.destroyed;
}

/** Whether a closed stream shows at once that it is no longer idle. */
function seesClose(stream: NetSocket): boolean {
  const connection = readyStream(stream);
  const wasIdle = isIdle(connection);
  stream.destroy();
  return wasIdle && !isIdle(connection);
}

function descriptorWriter(name: WriterName, sendAll: SendAll): FrameWriter {
  let fds = new Int32Array(1_024);
  let indexes = new Int32Array(1_024);

  /**
   * Writes to the ready streams that support deflate, or to those that do not. Returns whether there are any
   * of the other kind.
   */
  function writeKind<Stream extends ReadyStream>(
    streams: readonly Stream[],
    supportsDeflate: boolean,
    batch: Pick<EntryBatch, "bytes">,
    rest: Stream[],
  ): boolean {
    let count = 0;
    let hasOthers = false;
    for (let index = 0; index < streams.length; index++) {
      const one = streams[index] as Stream;
      if (one.supportsDeflate !== supportsDeflate) hasOthers = true;
      else if (!one.isReady || !isIdle(one)) rest.push(one);
      else {
        fds[count] = one.fd;
        indexes[count++] = index;
      }
    }
    if (count > 0) send(streams, count, batch.bytes(supportsDeflate));
    return hasOthers;
  }

  function send(streams: readonly ReadyStream[], count: number, bytes: Buffer): void {
    if (sendAll(fds, count, bytes) === count) return;
    for (let index = 0; index < count; index++) {
      const taken = Math.max(0, fds[index] as number);
      // Where `send` failed, `net.Socket` fails as well, and handles the error.
      if (taken < bytes.length)
        streamWriter.write(streams[indexes[index] as number] as ReadyStream, bytes.subarray(taken));
    }
  }

  return {
    name,
    write(stream, bytes) {
      if (!isIdle(stream)) return streamWriter.write(stream, bytes);
      fds[0] = stream.fd;
      indexes[0] = 0;
      send([stream], 1, bytes);
    },
    writeMany(streams, batch) {
      if (fds.length < streams.length) {
        fds = new Int32Array(2 * streams.length);
        indexes = new Int32Array(2 * streams.length);
      }
      const rest: (typeof streams)[number][] = [];
      if (writeKind(streams, false, batch, rest)) writeKind(streams, true, batch, rest);
      return rest;
    },
  };
}
