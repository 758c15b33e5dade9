import { ProtocolError, parseModel } from "@roomcast/events";

/** More fields, and longer names, than any command has. */
const maxFields = 8;
const maxNameLength = 64;

/**
 * Parses a client's payload into the model of a command, or throws `invalid_command` with details that name
 * every bad field.
 */
export function parseCommand<T extends object>(model: new () => T, input: unknown): T {
  // Every unknown field costs a check, and the answer names it.
  if (typeof input === "object" && input !== null && !isSmall(Object.keys(input))) {
    throw new ProtocolError("invalid_command", "more fields, or longer names, than any command has");
  }
  return parseModel(model, input, "invalid_command");
}

function isSmall(names: readonly string[]): boolean {
  return names.length <= maxFields && names.every((name) => name.length <= maxNameLength);
}
