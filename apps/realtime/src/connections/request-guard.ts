import { type IncomingMessage, ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Logger, SampledLog } from "@roomcast/service";
import type { HandshakeLimits } from "./handshake-limits.ts";
import type { OriginCheck } from "./origin-check.ts";

/** What Engine.IO's server passes to a middleware, for plain requests and for upgrades. */
type EngineRequest = IncomingMessage & { _query: Record<string, string> };
type Middleware = (request: EngineRequest, response: ServerResponse, next: () => void) => void;

interface Refusal {
  status: number;
  /** Engine.IO's error number: 3 for a bad request, 4 for a forbidden one. */
  code: number;
  message: string;
  headers?: Record<string, string>;
}

const maxShownLength = 200;

/**
 * Checks every request of every session, its upgrade included: Engine.IO calls `allowRequest` only for the
 * first. So a page that learned a session's id cannot use it either. Logs a refused origin once a minute,
 * with the remedy.
 */
export function guardRequests(origins: OriginCheck, limits: HandshakeLimits, logger: Logger): Middleware {
  const log = new SampledLog(logger);
  return (request, response, next) => {
    const refusal = refusalOf(request, origins) ?? floodOf(request, response, limits);
    if (refusal === undefined) return next();
    if (refusal.message === "origin_not_allowed") logRefusal(request, log);
    if (response instanceof ServerResponse) answer(response, refusal);
    else refuseUpgrade(request.socket, refusal.status);
  };
}

function answer(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ code, message }));
}

/** Engine.IO's stand-in for the response to an upgrade writes nothing. */
function refuseUpgrade(socket: Socket, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(head, () => socket.destroy());
}

function refusalOf(request: EngineRequest, origins: OriginCheck): Refusal | undefined {
  const { method, headers, _query: query } = request;
  if (!origins.allows(request)) return { status: 403, code: 4, message: "origin_not_allowed" };
  // A script element on any page sends this request without an Origin header.
  if (query.j !== undefined) return { status: 400, code: 3, message: "jsonp_not_supported" };
  if (method !== "GET" && method !== "POST")
    return { status: 405, code: 3, message: "method_not_allowed", headers: { allow: "GET, POST" } };
  if (method === "POST" && isBinary(headers["content-type"]))
    return { status: 415, code: 3, message: "text_plain_expected", headers: { accept: "text/plain" } };
  return undefined;
}

/**
 * The refusal of a connection that may not begin. It closes the TCP connection, and requests that wait in it
 * are not read.
 */
function floodOf(
  request: EngineRequest,
  response: ServerResponse,
  limits: HandshakeLimits,
): Refusal | undefined {
  if (request._query.sid !== undefined) return undefined;
  if (!isPipelined(request, response) && limits.mayConnect(request)) return undefined;
  const headers = { connection: "close", "retry-after": "1" };
  return { status: 429, code: 3, message: "rate_limited", headers };
}

/**
 * Whether an earlier request of the same TCP connection is still unanswered, or its answer ended the connection: Node
 * gives a response its socket only in its turn. No browser, client or proxy pipelines a handshake.
 */
function isPipelined({ socket }: EngineRequest, response: ServerResponse): boolean {
  return response.socket === null || socket.writableEnded;
}

/** Binary payloads belong to protocol version 3; in version 4 they are text. */
function isBinary(contentType = ""): boolean {
  return contentType.toLowerCase().startsWith("application/octet-stream");
}

function logRefusal({ headers }: EngineRequest, log: SampledLog): void {
  const origin = String(headers.origin).slice(0, maxShownLength);
  const host = headers.host?.slice(0, maxShownLength);
  log.write(
    "warn",
    origin,
    { origin, host },
    "refused a page of this origin; if the page is yours, add it to CORS_ORIGINS",
  );
}
