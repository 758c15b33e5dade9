import type { Socket as NetSocket } from "node:net";
import { TLSSocket } from "node:tls";

// Node's own. Writing by file descriptor is tried out before it is used (`descriptor-writer.ts`); nothing else relies on it.

/** The parts of a `net.Socket` that are used here. */
interface Internals {
  readonly _writableState?: WriteState;
  readonly _handle?: { readonly fd?: number; readonly writeQueueSize?: number } | null;
}

/** What `net.Socket` itself knows of what it writes. Closing sets `destroyed` before the file descriptor is given up. */
export interface WriteState {
  /** Bytes that wait in the stream or in libuv. */
  readonly length: number;
  readonly destroyed: boolean;
}

/** The state of a stream's writable side; an object of its own, which a fan-out reads faster than the stream. */
export function writeStateOf(stream: NetSocket): WriteState | undefined {
  return internalsOf(stream)._writableState;
}

/** The file descriptor of a plain TCP stream; -1 for TLS, once the stream is closed, on Windows, and for anything else. */
export function fdOf(stream: NetSocket): number {
  if (stream instanceof TLSSocket) return -1;
  return internalsOf(stream)._handle?.fd ?? -1;
}

function internalsOf(stream: NetSocket): Internals {
  return stream as unknown as Internals;
}

/** Reads what `net.Socket.write` reads first, to have it in the processor's cache; the answer means nothing. */
export function touch(stream: NetSocket): boolean {
  const { _writableState: state, _handle: handle } = internalsOf(stream);
  return stream.connecting || state?.length !== 0 || handle?.writeQueueSize !== 0 || handle.fd === -1;
}
