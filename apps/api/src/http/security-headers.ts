import { AllowedOrigins } from "@roomcast/service";
import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Sets the headers that keep responses out of caches, frames and scripts of other origins. It does not set
 * HSTS, because only the operator of the proxy knows whether the host and its subdomains always use TLS.
 */
export function securityHeaders(corsOrigins: readonly string[]): RequestHandler[] {
  return [helmet({ strictTransportSecurity: false }), noStore, allowOrigins(corsOrigins)];
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};

function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new AllowedOrigins(origins);
  return cors({
    // An empty list allows no origin, but still answers the preflight request.
    origin: allowed.isOpen ? "*" : (origin = "", answer) => answer(null, allowed.names(origin) ? origin : []),
    allowedHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "X-Correlation-Id", "X-Request-Id"],
    maxAge: 600,
  });
}
