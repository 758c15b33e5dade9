import { createRequire } from "node:module";
import type { Socket as NetSocket } from "node:net";
import { type FrameWriter, publicWriter, type ReadyStream, type SharedBytes } from "./frame-writer.ts";
import { keepsOrder, readyStream, withTrialPair } from "./write-trial.ts";

/** See `native/send-all.c`. */
type SendAll = (fds: Int32Array, count: number, bytes: Uint8Array) => number;

const addonPath = "../../native/send-all.node";

/**
 * Writes to many connections by one call into C. What the kernel does not take at once goes through `net.Socket`, where
 * it can be seen that it waits: two connections, of two namespaces, may have one stream. Resolves with undefined where
 * the addon was not built, or a trial does not behave exactly as expected.
 */
export async function createNativeWriter(): Promise<FrameWriter | undefined> {
  const sendAll = loadAddon();
  if (sendAll === undefined) return undefined;
  const writer = nativeWriter(sendAll);
  return withTrialPair(async (pair) =>
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

function loadAddon(): SendAll | undefined {
  try {
    return (createRequire(import.meta.url)(addonPath) as { sendAll: SendAll }).sendAll;
  } catch {
    // There was no compiler, or it was for another machine.
    return undefined;
  }
}

function nativeWriter(sendAll: SendAll): FrameWriter {
  let fds = new Int32Array(1_024);
  let places = new Int32Array(1_024);

  /** Writes to the ready ones that inflate, or to those that do not; returns whether there are any of the other kind. */
  function writeKind<Stream extends ReadyStream>(
    streams: readonly Stream[],
    inflates: boolean,
    shared: SharedBytes,
    rest: Stream[],
  ): boolean {
    let count = 0;
    let hasOthers = false;
    for (let place = 0; place < streams.length; place++) {
      const one = streams[place] as Stream;
      if (one.inflates !== inflates) hasOthers = true;
      else if (!one.isReady || !isIdle(one)) rest.push(one);
      else {
        fds[count] = one.fd;
        places[count++] = place;
      }
    }
    if (count > 0) send(streams, count, shared.for(inflates));
    return hasOthers;
  }

  function send(streams: readonly ReadyStream[], count: number, bytes: Buffer): void {
    if (sendAll(fds, count, bytes) === count) return;
    for (let index = 0; index < count; index++) {
      const taken = Math.max(0, fds[index] as number);
      // What was an error is one there too, and is handled.
      if (taken < bytes.length)
        publicWriter.write(streams[places[index] as number] as ReadyStream, bytes.subarray(taken));
    }
  }

  return {
    name: "native",
    write(stream, bytes) {
      if (!isIdle(stream)) return publicWriter.write(stream, bytes);
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
