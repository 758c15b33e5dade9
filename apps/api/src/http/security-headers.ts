import cors from "cors";
import type { RequestHandler } from "express";
import helmet from "helmet";

/** The headers that keep answers out of caches, frames and other origins' scripts. */
export function securityHeaders(corsOrigins: readonly string[]): RequestHandler[] {
  return [helmet(), noStore, allowOrigins(corsOrigins)];
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};

function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes("*") ? "*" : [...origins],
    allowedHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "X-Correlation-Id", "X-Request-Id"],
    maxAge: 600,
  });
}
