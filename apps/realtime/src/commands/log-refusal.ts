import { type ProtocolError, toProtocolError } from "@roomcast/events";
import { reasonsOf, type SampledLog } from "@roomcast/service";

/**
 * Logs why a client was refused: one line for each reason and minute. Only internal errors are logged as
 * `error` with a stack.
 */
export function logRefusal(
  log: SampledLog,
  level: "info" | "warn",
  cause: unknown,
  message: string,
  fields: object = {},
): void {
  const error: ProtocolError = toProtocolError(cause);
  const { code } = error;
  const reason = reasonsOf(error);
  const key = `${message} ${code} ${reason}`;
  if (code === "internal") log.write("error", key, { ...fields, code, err: error.cause ?? error }, message);
  else log.write(level, key, { ...fields, code, reason }, message);
}
