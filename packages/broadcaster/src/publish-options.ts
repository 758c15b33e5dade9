import { inItem, ProtocolError, parseRoom, type RoomName } from "@roomcast/events";

/** How many rooms one event may go to. */
export const maxRooms = 16;

/** What a publisher may say about one event beside its data. */
export interface PublishOptions {
  /** Where the event goes instead of the catalogue's rooms: 1 to 16, the primary room first. */
  rooms?: readonly RoomName[];
  /** The request or trace that caused the event, shown to clients: 1 to 128 printable ASCII characters. */
  correlationId?: string;
  /** Makes a retry of the same content safe: 1 to 128 printable ASCII characters. */
  idempotencyKey?: string;
  /** Delivered to whoever is connected and kept in no history; a transient catalogue event always is. */
  ephemeral?: boolean;
  /** `replicated` resolves only when a Redis replica has the event too. */
  ack?: "primary" | "replicated";
}

const printable = /^[\x20-\x7e]{1,128}$/;

/** What `isPublishKey` asks for, in words for the caller. */
export const publishKeyRule = "must be 1 to 128 printable ASCII characters";

/** Whether a value may be a correlation id or an idempotency key. */
export function isPublishKey(value: unknown): value is string {
  return typeof value === "string" && printable.test(value);
}

/** Throws `ProtocolError("invalid_command")` if an option is malformed; the rooms are checked by `parseRooms`. */
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

/** Checks the rooms a publisher named and drops repetitions, or throws `ProtocolError("invalid_room")`. */
export function parseRooms(rooms: readonly unknown[]): RoomName[] {
  if (!Array.isArray(rooms) || rooms.length < 1 || rooms.length > maxRooms) {
    throw new ProtocolError("invalid_room", `an event goes to 1 to ${maxRooms} rooms`);
  }
  const parsed = Array.from(rooms, (name, index) => inItem(`rooms[${index}]`, () => parseRoom(name).name));
  return [...new Set(parsed)];
}
