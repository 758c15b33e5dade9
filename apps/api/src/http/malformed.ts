import { ProtocolError } from "@roomcast/events";

/** The error for a request that is malformed, naming the field if there is one to name. */
export function malformed(message: string, field?: string): ProtocolError {
  if (field === undefined) return new ProtocolError("invalid_command", message);
  const text = `${field} ${message}`;
  return new ProtocolError("invalid_command", text, { details: [{ field, message: text }] });
}
