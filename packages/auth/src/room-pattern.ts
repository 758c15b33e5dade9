import { type Room, type RoomKind, roomIdPattern, roomKinds } from "@roomcast/events";

/**
 * A grant of the claim `rooms`: one room (`agent:7`) or, with the id `*`, every room of a kind (`project:*`).
 */
export interface RoomPattern {
  readonly kind: Exclude<RoomKind, "global">;
  readonly id: string;
}

const anyId = "*";

/** Parses `<kind>:<id>` or `<kind>:*`. Returns undefined for anything else. There is no other wildcard. */
export function parseRoomPattern(text: unknown): RoomPattern | undefined {
  if (typeof text !== "string") return undefined;
  const colon = text.indexOf(":");
  const kind = text.slice(0, Math.max(colon, 0));
  const id = text.slice(colon + 1);
  return isKindWithId(kind) && (id === anyId || roomIdPattern.test(id)) ? { kind, id } : undefined;
}

/** Returns the text of a pattern, as in a token. */
export function formatRoomPattern({ kind, id }: RoomPattern): string {
  return `${kind}:${id}`;
}

/** Whether the pattern covers the room. */
export function matchesRoom(pattern: RoomPattern, room: Room): boolean {
  return pattern.kind === room.kind && (pattern.id === anyId || pattern.id === room.id);
}

function isKindWithId(kind: string): kind is RoomPattern["kind"] {
  return Object.hasOwn(roomKinds, kind) && roomKinds[kind as RoomKind].hasId;
}
