/** The parts of a handshake or request that can carry a token. */
export interface TokenCarrier {
  /** Socket.IO's `auth` payload. */
  auth?: unknown;
  /** Header names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  query?: Record<string, unknown>;
}

/** RFC 6750 §2.1. */
const bearerPattern = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const protocolPrefix = "bearer.";

/**
 * Returns the first token found in `auth.token`, `Authorization: Bearer`, and a subprotocol `bearer.<token>`.
 * Only with `allowQuery` it also reads the query's `token`, because proxies log it.
 */
export function findToken(carrier: TokenCarrier, options: { allowQuery: boolean }): string | undefined {
  return (
    fromAuth(carrier.auth) ??
    bearerOf(first(carrier.headers.authorization)) ??
    fromProtocols(carrier.headers["sec-websocket-protocol"]) ??
    (options.allowQuery ? nonEmpty(carrier.query?.token) : undefined)
  );
}

function fromAuth(auth: unknown): string | undefined {
  return typeof auth === "object" && auth !== null && "token" in auth ? nonEmpty(auth.token) : undefined;
}

/** The token or API key in a header `Authorization: Bearer`; undefined for any other header. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : bearerPattern.exec(header)?.[1];
}

function fromProtocols(header: string | string[] | undefined): string | undefined {
  const protocols = [header ?? []].flat().flatMap((line) => line.split(","));
  const bearer = protocols.map((name) => name.trim()).find((name) => name.startsWith(protocolPrefix));
  return nonEmpty(bearer?.slice(protocolPrefix.length));
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
