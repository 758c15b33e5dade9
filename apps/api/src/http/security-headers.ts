import { AllowedOrigins } from "@roomcast/service";
import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * The headers that keep answers out of caches, frames and other origins' scripts. Not HSTS: whether a host and all its
 * subdomains are to be reached by TLS alone is for who runs the proxy in front to say.
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
    // An empty list allows none, and still answers the preflight.
    origin: allowed.isOpen ? "*" : (origin = "", answer) => answer(null, allowed.names(origin) ? origin : []),
    allowedHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "X-Correlation-Id", "X-Request-Id"],
    maxAge: 600,
  });
}
