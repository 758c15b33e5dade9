import type { Socket as NetSocket } from "node:net";

/** What a writer needs of a connection that is ready for shared frames. */
export interface ReadyStream {
  /** Cleared by the writer when the stream can take no more at once. */
  isReady: boolean;
  stream: NetSocket | undefined;
  /** The stream's libuv handle. */
  handle: StreamHandle | undefined;
}

/** The libuv stream behind a `net.Socket`; see `handle-writer.ts`. */
export interface StreamHandle {
  writeBuffer(request: object, buffer: Buffer): number;
  /** Bytes that libuv has not handed to the kernel. */
  readonly writeQueueSize: number;
}

/** Writes shared bytes to a ready connection. */
export interface FrameWriter {
  readonly name: "public" | "handle";
  write(connection: ReadyStream, bytes: Buffer): void;
}

/** Writes through `net.Socket.write`. */
export const publicWriter: FrameWriter = {
  name: "public",
  write(connection, bytes) {
    if (!connection.stream?.write(bytes)) connection.isReady = false;
  },
};
