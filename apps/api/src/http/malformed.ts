import { ProtocolError, shown } from "@roomcast/events";

/** The error for a request that is malformed, naming the field if there is one to name. */
export function malformed(message: string, field?: string): ProtocolError {
  if (field === undefined) return new ProtocolError("invalid_command", message);
  const name = shown(field);
  const text = `${name} ${message}`;
  return new ProtocolError("invalid_command", text, { details: [{ field: name, message: text }] });
}
