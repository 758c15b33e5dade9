import type { Socket as NetSocket } from "node:net";
import { TLSSocket } from "node:tls";

// Node's own. Writing by file descriptor is tried out before it is used (`descriptor-writer.ts`); nothing else relies on it.

/** The parts of a `net.Socket` that are used here. */
interface Internals {
  readonly _writableState?: WriteState;
  readonly _handle?: Handle | null;
}

/** What libuv has of a stream. */
export interface Handle {
  readonly fd?: number;
  readStop(): void;
  close(): void;
}

/** What `net.Socket` itself knows of what it writes. Closing sets `destroyed` before the file descriptor is given up. */
export interface WriteState {
  /** Bytes that wait in the stream or in libuv. */
  readonly length: number;
  readonly destroyed: boolean;
  readonly onwrite?: unknown;
}

/** The state of a stream's writable side; an object of its own, which a fan-out reads faster than the stream. */
export function writeStateOf(stream: NetSocket): WriteState | undefined {
  return internalsOf(stream)._writableState;
}

/** The file descriptor of a plain TCP stream; -1 for TLS, once the stream is closed, on Windows, and for anything else. */
export function fdOf(stream: NetSocket): number {
  if (stream instanceof TLSSocket) return -1;
  return handleOf(stream)?.fd ?? -1;
}

/** Undefined once the stream is closed. */
export function handleOf(stream: NetSocket): Handle | undefined {
  return internalsOf(stream)._handle ?? undefined;
}

function internalsOf(stream: NetSocket): Internals {
  return stream as unknown as Internals;
}
