import { ProtocolError, shown } from "@roomcast/events";

/** Returns the error for a body with another media type, charset or encoding than `expected`. */
export function unsupportedType(expected: string): ProtocolError {
  return new ProtocolError("unsupported_media_type", `the body is not supported: expected ${expected}`);
}

/** Returns the error for a malformed request, which names the field if there is one. */
export function malformed(message: string, field?: string): ProtocolError {
  if (field === undefined) return new ProtocolError("invalid_command", message);
  const name = shown(field);
  const text = `${name} ${message}`;
  return new ProtocolError("invalid_command", text, { details: [{ field: name, message: text }] });
}
