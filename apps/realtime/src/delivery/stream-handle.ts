import type { Socket as NetSocket } from "node:net";
import { TLSSocket } from "node:tls";

/** The libuv stream behind a `net.Socket`. It is Node's own: whoever uses it tries it out first (`write-trial.ts`). */
export interface StreamHandle {
  writeBuffer(request: object, buffer: Buffer): number;
  /** Bytes that libuv has not handed to the kernel. */
  readonly writeQueueSize: number;
  /** The file descriptor; absent on Windows. */
  readonly fd?: number;
}

/** The libuv handle of a plain TCP stream; undefined for TLS, once the stream is closed, and for anything else. */
export function handleOf(stream: NetSocket): StreamHandle | undefined {
  if (stream instanceof TLSSocket) return undefined;
  const { _handle: handle } = stream as unknown as { _handle?: Partial<StreamHandle> | null };
  const isUsable = typeof handle?.writeBuffer === "function" && typeof handle.writeQueueSize === "number";
  return isUsable ? (handle as StreamHandle) : undefined;
}

/** The file descriptor of a handle, or -1. */
export function fdOf(handle: StreamHandle | undefined): number {
  return handle?.fd ?? -1;
}

/** What `net.Socket` itself knows of what it writes. Closing sets `destroyed` before the file descriptor is given up. */
export interface WriteState {
  /** Bytes that wait in the stream or in libuv. */
  readonly length: number;
  /** How many of them were given to libuv. */
  readonly writelen: number;
  readonly destroyed: boolean;
}

/** The state of a stream's writable side; an object of its own, which a fan-out reads faster than the stream. */
export function writeStateOf(stream: NetSocket): WriteState | undefined {
  return (stream as unknown as { _writableState?: WriteState })._writableState;
}
