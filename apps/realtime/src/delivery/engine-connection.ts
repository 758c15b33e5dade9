import type { Socket as NetSocket } from "node:net";

/**
 * The parts of Engine.IO's socket and of ws that the delivery relies on. They are internals: the versions are pinned,
 * and `test/engine-contract.test.ts` holds them to what is assumed here.
 */
export interface EngineConnection {
  readonly readyState: string;
  /** Packets that wait until the transport can send. */
  readonly writeBuffer: { readonly length: number };
  readonly transport: EngineTransport;
  close(discard?: boolean): void;
}

interface EngineTransport {
  readonly name: string;
  readonly perMessageDeflate: unknown;
  /** The ws WebSocket of a websocket transport. */
  readonly socket?: {
    readonly readyState: number;
    readonly bufferedAmount: number;
    readonly _socket: NetSocket | null;
    /** `_state` 0: no frame is being compressed or read from a Blob, so whatever is sent is written at once. */
    readonly _sender: { readonly _state: number };
    terminate(): void;
  };
}

const open = 1;

/**
 * The TCP stream to which whole frames may be written directly, in order with everything Engine.IO has sent; undefined
 * while something waits in Engine.IO or ws, on polling, during an upgrade, and with compression.
 */
export function streamOf({ readyState, writeBuffer, transport }: EngineConnection): NetSocket | undefined {
  if (readyState !== "open" || writeBuffer.length !== 0 || transport.name !== "websocket") return undefined;
  const { socket, perMessageDeflate } = transport;
  if (
    socket === undefined ||
    perMessageDeflate ||
    socket.readyState !== open ||
    socket._sender._state !== 0
  ) {
    return undefined;
  }
  return socket._socket ?? undefined;
}
