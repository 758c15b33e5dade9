import { type Principal, parseRoomPattern, type RoomPattern } from "@roomcast/auth";

/** A principal with the given grants. */
export function principalOf(grants: { userId?: string; rooms?: string[]; scope?: string[] } = {}): Principal {
  const { userId = "ada", rooms = [], scope = [] } = grants;
  return {
    userId,
    rooms: rooms.map(patternOf),
    scopes: new Set(scope),
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };
}

function patternOf(text: string): RoomPattern {
  const pattern = parseRoomPattern(text);
  if (pattern === undefined) throw new Error(`not a room pattern: ${text}`);
  return pattern;
}
