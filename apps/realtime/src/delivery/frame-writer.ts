import type { Socket as NetSocket } from "node:net";
import type { WriteState } from "../socketio/stream-internals.ts";
import type { EntryBatch } from "./entry-batch.ts";

/** What a writer needs of a connection that is ready for shared frames. */
export interface ReadyStream {
  /** Cleared by the writer when more bytes wait than the stream's high-water mark. */
  isReady: boolean;
  stream: NetSocket | undefined;
  /** The stream's file descriptor, or -1. */
  fd: number;
  state: WriteState | undefined;
  /** Whether the client accepts deflated frames. */
  supportsDeflate: boolean;
}

/**
 * `native` writes all descriptors by one call of our addon, `public` each by a public function of Node,
 * `stream` only through streams.
 */
export type WriterName = "native" | "public" | "stream";

/** Writes shared bytes to ready connections. */
export interface FrameWriter {
  readonly name: WriterName;
  write(connection: ReadyStream, bytes: Buffer): void;
  /**
   * Writes to the ready streams, as far as it can by one call. Returns the other streams, to which the caller
   * writes. No other code runs during the call.
   */
  writeMany?<Stream extends ReadyStream>(
    streams: readonly Stream[],
    batch: Pick<EntryBatch, "bytes">,
  ): readonly Stream[];
}

/** Writes through `net.Socket.write`, which queues what the kernel does not take. */
export const streamWriter: FrameWriter = {
  name: "stream",
  write(connection, bytes) {
    if (!connection.stream?.write(bytes)) connection.isReady = false;
  },
};
