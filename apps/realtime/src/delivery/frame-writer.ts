import type { Socket as NetSocket } from "node:net";
import type { WriteState } from "../socketio/stream-internals.ts";

/** What a writer needs of a connection that is ready for shared frames. */
export interface ReadyStream {
  /** Cleared by the writer when more waits than the stream is meant to hold. */
  isReady: boolean;
  stream: NetSocket | undefined;
  /** The stream's file descriptor, or -1. */
  fd: number;
  state: WriteState | undefined;
  /** Whether the client reads deflated frames. */
  supportsDeflate: boolean;
}

/** The same frames for many, as one buffer for each kind of client. */
export interface SharedBytes {
  for(supportsDeflate: boolean): Buffer;
}

/** Descriptors written all by one call of our addon, or each by a public function of Node; or only streams. */
export type WriterName = "native" | "public" | "stream";

/** Writes shared bytes to ready connections. */
export interface FrameWriter {
  readonly name: WriterName;
  write(connection: ReadyStream, bytes: Buffer): void;
  /**
   * Writes to those that are ready, as far as it can by one call; returns the others, which are still to be written.
   * Nobody else's code runs meanwhile.
   */
  writeMany?<Stream extends ReadyStream>(streams: readonly Stream[], shared: SharedBytes): readonly Stream[];
}

/** Writes through `net.Socket.write`, which lets wait what the kernel does not take. */
export const streamWriter: FrameWriter = {
  name: "stream",
  write(connection, bytes) {
    if (!connection.stream?.write(bytes)) connection.isReady = false;
  },
};
