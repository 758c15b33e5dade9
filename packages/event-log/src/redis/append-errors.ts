import { ClientClosedError, ClientOfflineError } from "@redis/client";
import { ProtocolError } from "@roomcast/events";

/** The first word of an error that the append script met before its first write. */
export const unwrittenMark = "UNWRITTEN";

/** Redis refuses a script with these codes before it runs it. The script marks its own errors. */
const refusals = new Set(
  "NOSCRIPT NOAUTH NOPERM READONLY LOADING MASTERDOWN BUSY MISCONF NOREPLICAS OOM CLUSTERDOWN MOVED ASK TRYAGAIN CROSSSLOT".split(
    " ",
  ),
);

/** The error of a call that wrote nothing. */
export function unwritten(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("unavailable", `nothing was written: ${reason}`, { cause });
}

/** The error of a call that may have been committed. */
export function unknown(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("timeout", `whether the event was written is unknown: ${reason}`, { cause });
}

/**
 * Translates the failure of a script for its callers: `unavailable` if the script certainly wrote nothing,
 * otherwise `timeout`. Redis' own text becomes the cause and is not shown to clients.
 */
export function failureOf(error: Error): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof ClientOfflineError || error instanceof ClientClosedError)
    return unwritten("Redis is not connected", error);
  const [code = "", ...rest] = error.message.split(" ");
  if (code === unwrittenMark) return unwritten(`Redis refused it (${codeIn(rest.join(" "))})`, error);
  if (refusals.has(code)) return unwritten(`Redis refused it (${code})`, error);
  return unknown(isReply(error) ? `Redis answered ${code}` : "the connection to Redis was lost", error);
}

/** The first word in capitals. Redis 6 puts the place in the script before it. */
export function codeIn(message: string): string {
  return /\b[A-Z]{3,}\b/.exec(message)?.[0] ?? "ERR";
}

function isReply({ message }: Error): boolean {
  return /^[A-Z]+ /.test(message);
}
