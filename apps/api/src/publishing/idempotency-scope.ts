import { createHash } from "node:crypto";
import { isPublishKey, publishKeyRule } from "@roomcast/broadcaster";
import { malformed } from "../http/malformed.ts";

/**
 * Returns the log's key for a caller's idempotency key, so that two callers can use the same key. `index`
 * distinguishes the events of a batch that share the key of one header. Throws `invalid_command` for a
 * malformed key.
 */
export function scopedKey(caller: string, key: string, index?: number): string {
  if (!isPublishKey(key)) throw malformed(publishKeyRule, "idempotencyKey");
  return createHash("sha256")
    .update(JSON.stringify([caller, key, index]))
    .digest("base64url");
}
