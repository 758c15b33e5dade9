import { createRequire } from "node:module";
import { type FrameWriter, publicWriter, type ReadyStream } from "./frame-writer.ts";
import { isIdleWith, type StreamHandle } from "./stream-handle.ts";
import { keepsOrder, withTrialPair } from "./write-trial.ts";

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
    (await keepsOrder(pair, writer, Buffer.alloc(0))) ? writer : undefined,
  );
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

  function writeMany(connections: readonly ReadyStream[], bytes: Buffer): void {
    if (fds.length < connections.length) fds = new Int32Array(2 * connections.length);
    const given: ReadyStream[] = [];
    for (const connection of connections) {
      const { fd, stream, handle } = connection;
      if (fd >= 0 && stream !== undefined && isIdleWith(stream, handle as StreamHandle)) {
        fds[given.length] = fd;
        given.push(connection);
      } else publicWriter.write(connection, bytes);
    }
    if (sendAll(fds, given.length, bytes) === given.length) return;
    for (const [index, connection] of given.entries()) {
      const taken = Math.max(0, fds[index] as number);
      // An error comes again there, and is handled.
      if (taken < bytes.length) publicWriter.write(connection, bytes.subarray(taken));
    }
  }

  return { name: "native", write: (connection, bytes) => writeMany([connection], bytes), writeMany };
}
