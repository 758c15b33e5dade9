import { isPublishKey, publishKeyRule } from "@roomcast/broadcaster";
import type { Request } from "express";
import { malformed } from "../http/malformed.ts";

/** The options in the headers of a publish request. */
export interface PublishHeaders {
  correlationId?: string;
  idempotencyKey?: string;
}

/** Reads `Idempotency-Key` and `X-Correlation-Id`. Throws `invalid_command` for a malformed one. */
export function publishHeaders(request: Request): PublishHeaders {
  const correlationId = keyIn(request, "X-Correlation-Id") ?? requestIdOf(request);
  const idempotencyKey = keyIn(request, "Idempotency-Key");
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

function keyIn(request: Request, header: string): string | undefined {
  const value = request.get(header);
  if (value === undefined || isPublishKey(value)) return value;
  throw malformed(publishKeyRule, header);
}

// Proxies set X-Request-Id by themselves, so a value that cannot be a correlation id must not fail the
// request.
function requestIdOf(request: Request): string | undefined {
  const value = request.get("X-Request-Id");
  return isPublishKey(value) ? value : undefined;
}
