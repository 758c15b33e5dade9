import type { Socket as NetSocket } from "node:net";
import {
  type FrameWriter,
  type ReadyStream,
  type SharedBytes,
  streamWriter,
  type WriterName,
} from "./frame-writer.ts";
import { keepsOrder, readyStream, withTestPair } from "./write-self-test.ts";

/**
 * Sends bytes to the first `count` sockets without waiting. Writes in the place of each how many it took, or a negative
 * number; returns how many took all.
 */
export type SendAll = (fds: Int32Array, count: number, bytes: Uint8Array) => number;

/**
 * Writes to the file descriptors of connections on which nothing waits. What the kernel does not take at once goes
 * through `net.Socket`, where it can be seen that it waits: two connections, of two namespaces, may have one stream.
 * Resolves with undefined where a trial does not behave exactly as expected.
 */
export function createDescriptorWriter(name: WriterName, sendAll: SendAll): Promise<FrameWriter | undefined> {
  const writer = descriptorWriter(name, sendAll);
  return withTestPair(async (pair) =>
    (await keepsOrder(pair, writer)) && seesTheEnd(pair.client) ? writer : undefined,
  );
}

/**
 * Whether the file descriptor is the stream's and nothing waits before it: a closed one's number goes to the next
 * connection that is opened.
 */
function isIdle({ fd, state }: ReadyStream): boolean {
  return fd >= 0 && state !== undefined && state.length === 0 && !state.destroyed;
}

/** Whether it can be seen of an idle stream, at once, that it was closed. */
function seesTheEnd(stream: NetSocket): boolean {
  const connection = readyStream(stream);
  const wasIdle = isIdle(connection);
  stream.destroy();
  return wasIdle && !isIdle(connection);
}

function descriptorWriter(name: WriterName, sendAll: SendAll): FrameWriter {
  let fds = new Int32Array(1_024);
  let places = new Int32Array(1_024);

  /** Writes to the ready ones that inflate, or to those that do not; returns whether there are any of the other kind. */
  function writeKind<Stream extends ReadyStream>(
    streams: readonly Stream[],
    supportsDeflate: boolean,
    shared: SharedBytes,
    rest: Stream[],
  ): boolean {
    let count = 0;
    let hasOthers = false;
    for (let place = 0; place < streams.length; place++) {
      const one = streams[place] as Stream;
      if (one.supportsDeflate !== supportsDeflate) hasOthers = true;
      else if (!one.isReady || !isIdle(one)) rest.push(one);
      else {
        fds[count] = one.fd;
        places[count++] = place;
      }
    }
    if (count > 0) send(streams, count, shared.for(supportsDeflate));
    return hasOthers;
  }

  function send(streams: readonly ReadyStream[], count: number, bytes: Buffer): void {
    if (sendAll(fds, count, bytes) === count) return;
    for (let index = 0; index < count; index++) {
      const taken = Math.max(0, fds[index] as number);
      // What was an error is one there too, and is handled.
      if (taken < bytes.length)
        streamWriter.write(streams[places[index] as number] as ReadyStream, bytes.subarray(taken));
    }
  }

  return {
    name,
    write(stream, bytes) {
      if (!isIdle(stream)) return streamWriter.write(stream, bytes);
      fds[0] = stream.fd;
      places[0] = 0;
      send([stream], 1, bytes);
    },
    writeMany(streams, shared) {
      if (fds.length < streams.length) {
        fds = new Int32Array(2 * streams.length);
        places = new Int32Array(2 * streams.length);
      }
      const rest: (typeof streams)[number][] = [];
      if (writeKind(streams, false, shared, rest)) writeKind(streams, true, shared, rest);
      return rest;
    },
  };
}
