import { type HistoryBounds, ProtocolError, type RoomKind, roomKindOf } from "@roomcast/events";
import type { AppendRequest } from "./event-log.ts";
import { pushSeparator } from "./redis/append-script.ts";

/** A field of an entry's text. Spaces separate the fields, commas separate the rooms. */
const word = /^[^\s,]+$/;

/**
 * Throws if the log can never accept a request, before anything is written. The code is `invalid_room` for a
 * room whose kind has no history here, and `invalid_event` or `invalid_command` for a field that the log's
 * format cannot hold.
 */
export function checkRequest(request: AppendRequest, bounds: Record<RoomKind, HistoryBounds>): void {
  const { id, type, rooms, json, idempotency, ack, transient } = request;
  checkText("invalid_event", "id", id, word, "text without spaces and commas");
  checkText("invalid_event", "type", type, word, "text without spaces and commas");
  if (typeof json !== "string" || json.includes(pushSeparator))
    throw refused("invalid_event", "json", "must be JSON text", json);
  for (const room of rooms) {
    checkText("invalid_room", "room", room, word, "text without spaces and commas");
    if (!transient && !Object.hasOwn(bounds, roomKindOf(room))) throw unknownKind(room, bounds);
  }
  if (idempotency !== undefined) {
    checkText("invalid_command", "idempotency.key", idempotency.key, /./s, "text that is not empty");
    checkText("invalid_command", "fingerprint", idempotency.fingerprint, word, "text without spaces");
  }
  if (ack !== undefined && !acks.has(ack))
    throw refused("invalid_command", "ack", `must be ${[...acks].join(" or ")}`, ack);
}

/** Throws `invalid_room` if the log keeps no history for rooms of this kind. */
export function checkRoomKind(room: string, bounds: Record<RoomKind, HistoryBounds>): void {
  if (!Object.hasOwn(bounds, roomKindOf(room as never))) throw unknownKind(room, bounds);
}

const acks = new Set<unknown>(["primary", "replicated", "replicated_if_any"]);

function unknownKind(room: string, bounds: object): ProtocolError {
  return refused(
    "invalid_room",
    "room",
    `must be of a kind known here (${Object.keys(bounds).join(", ")})`,
    room,
  );
}

type Code = "invalid_event" | "invalid_room" | "invalid_command";

function checkText(code: Code, field: string, value: unknown, form: RegExp, expected: string): void {
  if (typeof value !== "string" || !form.test(value))
    throw refused(code, field, `must be ${expected}`, value);
}

function refused(code: Code, field: string, problem: string, value: unknown): ProtocolError {
  const actual = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : typeof value;
  const message = `${field} ${problem}, not ${actual}`;
  return new ProtocolError(code, message, { details: [{ field, message }] });
}
