import type { IncomingMessage } from "node:http";
import { AllowedOrigins, parseOrigin } from "@roomcast/service";

type Headers = Pick<IncomingMessage, "headers" | "socket">;

/**
 * Says which pages may connect: those of listed origins and of the server's own origin. Programs send no
 * origin and may connect.
 */
export class OriginCheck {
  readonly #allowed: AllowedOrigins;
  readonly #allowLocal: boolean;

  /** `origins` as in `CORS_ORIGINS`; `allowLocal` adds every page on this machine, for development. */
  constructor(origins: readonly string[], allowLocal: boolean) {
    this.#allowed = new AllowedOrigins(origins);
    this.#allowLocal = allowLocal;
  }

  /** Whether the request comes from a page that may connect, or from a program. */
  allows(request: Headers): boolean {
    const { origin } = request.headers;
    return origin === undefined || this.#allowed.isOpen || this.isTrusted(request);
  }

  /**
   * Whether a page of the request's origin may send cookies: only if the origin is known, not just under `*`.
   */
  isTrusted(request: Headers): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return false;
    return this.#allowed.names(origin) || isOwn(origin, request) || (this.#allowLocal && isLocal(origin));
  }
}

/**
 * Whether a page came from the host that it connects to. A proxy may terminate TLS, so a page with TLS may
 * connect to a server without. A page without TLS may not use a server with it.
 */
function isOwn(text: string, { headers, socket }: Headers): boolean {
  const origin = parseOrigin(text);
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { protocol } = new URL(origin);
  if (protocol === "http:" && hasTls(headers, socket)) return false;
  return origin === parseOrigin(`${protocol}//${headers.host}`);
}

/** The header only makes the check stricter, so it need not come from a trusted proxy. */
function hasTls(headers: IncomingMessage["headers"], socket: IncomingMessage["socket"]): boolean {
  return "encrypted" in socket || String(headers["x-forwarded-proto"]).split(",")[0]?.trim() === "https";
}

function isLocal(text: string): boolean {
  const origin = parseOrigin(text);
  if (origin === undefined || !URL.canParse(origin)) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(origin).hostname);
}
