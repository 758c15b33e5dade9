import { createHash } from "node:crypto";
import { isPublishKey, publishKeyRule } from "@roomcast/broadcaster";
import { malformed } from "../http/malformed.ts";

/**
 * The key the log remembers for a caller's idempotency key, so that two callers who choose the same one do not meet.
 * `index` tells the events of a batch apart that share the key of one header. A malformed key is `invalid_command`.
 */
export function scopedKey(caller: string, key: string, index?: number): string {
  if (!isPublishKey(key)) throw malformed(publishKeyRule, "idempotencyKey");
  return createHash("sha256")
    .update(JSON.stringify([caller, key, index]))
    .digest("base64url");
}
