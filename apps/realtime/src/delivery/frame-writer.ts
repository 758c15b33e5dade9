import type { Socket as NetSocket } from "node:net";
import type { StreamHandle } from "./stream-handle.ts";

/** What a writer needs of a connection that is ready for shared frames. */
export interface ReadyStream {
  /** Cleared by the writer when the stream can take no more at once. */
  isReady: boolean;
  stream: NetSocket | undefined;
  /** The stream's libuv handle. */
  handle: StreamHandle | undefined;
  /** The handle's file descriptor, or -1. */
  fd: number;
}

/** Writes shared bytes to ready connections. */
export interface FrameWriter {
  readonly name: "public" | "handle" | "native";
  write(connection: ReadyStream, bytes: Buffer): void;
  /** The same for many, where that is cheaper. Nobody else's code runs meanwhile. */
  writeMany?(connections: readonly ReadyStream[], bytes: Buffer): void;
}

/** Writes through `net.Socket.write`. */
export const publicWriter: FrameWriter = {
  name: "public",
  write(connection, bytes) {
    if (!connection.stream?.write(bytes)) connection.isReady = false;
  },
};
