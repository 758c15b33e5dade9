import { isPublishKey, publishKeyRule } from "@roomcast/broadcaster";
import type { Request } from "express";
import { malformed } from "../http/malformed.ts";

/** What the request's headers say of the events it publishes. */
export interface PublishHeaders {
  correlationId?: string;
  idempotencyKey?: string;
}

/** Reads `Idempotency-Key` and `X-Correlation-Id`; a malformed one is `invalid_command`. */
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

// A proxy sets X-Request-Id unasked, so one that cannot be a correlation id must not make the request fail.
function requestIdOf(request: Request): string | undefined {
  const value = request.get("X-Request-Id");
  return isPublishKey(value) ? value : undefined;
}
