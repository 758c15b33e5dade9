import type { Socket as NetSocket } from "node:net";

/**
 * The parts of Engine.IO's socket and of ws that the delivery relies on. They are internals: the versions are pinned,
 * and `test/engine-contract.test.ts` holds them to what is assumed here.
 */
export interface EngineConnection {
  /** While it is `closing`, packets are neither taken nor queued, and `close(true)` still ends it at once. */
  readyState: string;
  /** Packets that wait until the transport can send. */
  readonly writeBuffer: readonly QueuedPacket[];
  /** Characters or bytes of these. */
  readonly queuedBytes: number;
  readonly transport: EngineTransport;
  /** Runs while a ping waits for its answer. */
  readonly pingTimeoutTimer: unknown;
  /** The first of the connection records, one for each namespace; see `EngineEvents`. */
  firstConnection: unknown;
  close(discard?: boolean): void;
  on(event: string, listener: () => void): this;
  off(event: string, listener: () => void): this;
}

interface QueuedPacket {
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: unknown };
}

interface EngineTransport {
  readonly name: string;
  /** The ws WebSocket of a websocket transport. */
  readonly socket?: {
    readonly readyState: number;
    readonly bufferedAmount: number;
    readonly _socket: NetSocket | null;
    /** What was negotiated. */
    readonly _extensions: { readonly "permessage-deflate"?: { readonly params: DeflateParameters } };
    /** `_state` 0: no frame is being compressed or read from a Blob, so whatever is sent is written at once. */
    readonly _sender: { readonly _state: number };
    terminate(): void;
  };
}

/** As far as they matter here (RFC 7692, section 7.1). */
interface DeflateParameters {
  readonly server_max_window_bits?: number;
}

const open = 1;

const largestWindow = 15;

/**
 * The TCP stream to which whole frames may be written directly, in order with everything Engine.IO has sent; undefined
 * while something waits in Engine.IO or ws, on polling, and during an upgrade.
 */
export function streamOf({ readyState, writeBuffer, transport }: EngineConnection): NetSocket | undefined {
  if (readyState !== "open" || writeBuffer.length !== 0 || transport.name !== "websocket") return undefined;
  const { socket } = transport;
  if (socket === undefined || socket.readyState !== open || socket._sender._state !== 0) return undefined;
  return socket._socket ?? undefined;
}

/** Whether the client reads messages that were deflated over the largest window. */
export function supportsDeflate({ transport }: EngineConnection): boolean {
  const params = transport.socket?._extensions["permessage-deflate"]?.params;
  return params !== undefined && (params.server_max_window_bits ?? largestWindow) === largestWindow;
}

/** Characters or bytes that wait for a client: in Engine.IO, in ws, and in the stream, which knows of those that libuv has. */
export function waitingBytes({ queuedBytes, transport }: EngineConnection): number {
  return queuedBytes + (transport.socket?.bufferedAmount ?? 0);
}

/** As far as they wait in Engine.IO and are no events: events come with a ready frame. */
export function answerBytes({ writeBuffer }: EngineConnection): number {
  return writeBuffer.reduce((sum, { data, options }) => {
    const isPacket = typeof data === "string" || Buffer.isBuffer(data);
    return isPacket && options?.wsPreEncodedFrame === undefined ? sum + data.length : sum;
  }, 0);
}
