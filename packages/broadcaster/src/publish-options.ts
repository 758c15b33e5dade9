import { inItem, ProtocolError, parseRoom, type RoomName } from "@roomcast/events";

/** How many rooms one event may go to. */
export const maxRooms = 16;

/** Options of one event. */
export interface PublishOptions {
  /** Replaces the catalogue's rooms: 1 to 16 rooms, the primary room first. */
  rooms?: readonly RoomName[];
  /** The request or trace that caused the event, shown to clients: 1 to 128 printable ASCII characters. */
  correlationId?: string;
  /** Makes a retry of the same content safe: 1 to 128 printable ASCII characters. */
  idempotencyKey?: string;
  /**
   * Delivers the event only to connected clients and stores it in no history. Always so for transient events.
   */
  ephemeral?: boolean;
  /** With `replicated`, publishing resolves only when a Redis replica also has the event. */
  ack?: "primary" | "replicated";
}

const printable = /^[\x20-\x7e]{1,128}$/;

/** What `isPublishKey` asks for, in words for the caller. */
export const publishKeyRule = "must be 1 to 128 printable ASCII characters";

/** Whether a value may be a correlation id or an idempotency key. */
export function isPublishKey(value: unknown): value is string {
  return typeof value === "string" && printable.test(value);
}

/** Throws `ProtocolError("invalid_command")` for a malformed option. `parseRooms` checks the rooms. */
export function checkPublishOptions(options: PublishOptions): void {
  if (typeof options !== "object" || options === null) throw wrong("options", "must be an object");
  const { correlationId, idempotencyKey, ack } = options;
  checkKey("correlationId", correlationId);
  checkKey("idempotencyKey", idempotencyKey);
  if (ack !== undefined && ack !== "primary" && ack !== "replicated")
    throw wrong("ack", "must be primary or replicated");
}

function checkKey(field: string, value: string | undefined): void {
  if (value === undefined || isPublishKey(value)) return;
  throw wrong(field, publishKeyRule);
}

function wrong(field: string, problem: string): ProtocolError {
  const message = `${field} ${problem}`;
  return new ProtocolError("invalid_command", message, { details: [{ field, message }] });
}

/** Checks a publisher's rooms and removes duplicates. Throws `ProtocolError("invalid_room")`. */
export function parseRooms(rooms: readonly unknown[]): RoomName[] {
  if (!Array.isArray(rooms) || rooms.length < 1 || rooms.length > maxRooms) {
    throw new ProtocolError("invalid_room", `an event must have 1 to ${maxRooms} rooms`);
  }
  const parsed = Array.from(rooms, (name, index) => inItem(`rooms[${index}]`, () => parseRoom(name).name));
  return [...new Set(parsed)];
}
