import type { Socket } from "socket.io";

const request = Object.freeze({
  headers: Object.freeze({}),
  _query: Object.freeze({}),
  connection: Object.freeze({}),
});

const handshake = Object.freeze({
  headers: Object.freeze({}),
  time: "",
  address: "",
  xdomain: false,
  secure: false,
  issued: 0,
  url: "",
  query: Object.freeze({}),
  auth: Object.freeze({}),
});

interface HandshakeRequest {
  headers: Record<string, unknown>;
  _query: Record<string, unknown>;
}

/** Headers by which the handshake of a second namespace over the same connection may find its token. */
const tokenHeaders = ["authorization", "sec-websocket-protocol"] as const;

/**
 * Lets go of what only the handshake needed: headers, query and the token itself, a kilobyte or two for each connection
 * and nothing that should lie in memory for hours.
 */
export function forgetHandshake(socket: Socket): void {
  const connection = socket.conn as unknown as { request: HandshakeRequest | null };
  (socket as { handshake: unknown }).handshake = handshake;
  const mayHoldToken = tokenHeaders.some((name) => connection.request?.headers[name] !== undefined);
  if (mayHoldToken || connection.request?._query.token !== undefined) return;
  connection.request = request as unknown as typeof connection.request;
}
