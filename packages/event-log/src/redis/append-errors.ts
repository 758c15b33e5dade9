import { ClientClosedError, ClientOfflineError } from "@redis/client";
import { ProtocolError } from "@roomcast/events";

/** How the append script begins an error that it met before its first write. */
export const unwrittenMark = "UNWRITTEN";

/** With these codes Redis refuses a script before it runs it; what the script itself meets has a mark of its own. */
const refusals = new Set(
  "NOSCRIPT NOAUTH NOPERM READONLY LOADING MASTERDOWN BUSY MISCONF NOREPLICAS OOM CLUSTERDOWN MOVED ASK TRYAGAIN CROSSSLOT".split(
    " ",
  ),
);

/** The error of a call of which nothing was written. */
export function unwritten(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("unavailable", `nothing was written: ${reason}`, { cause });
}

/** The error of a call that may have been committed. */
export function unknown(reason: string, cause?: Error): ProtocolError {
  return new ProtocolError("timeout", `whether the event was written is unknown: ${reason}`, { cause });
}

/**
 * What the callers of a script that failed are told: `unavailable` only if it is proven that the script did not write,
 * `timeout` for every other error. Redis' own text is the cause, and callers are not shown it.
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

/** The first word in capitals; Redis 6 puts the place in the script before it. */
export function codeIn(message: string): string {
  return /\b[A-Z]{3,}\b/.exec(message)?.[0] ?? "ERR";
}

function isReply({ message }: Error): boolean {
  return /^[A-Z]+ /.test(message);
}
