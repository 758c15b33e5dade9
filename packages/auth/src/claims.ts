import { ProtocolError, roomIdPattern } from "@roomcast/events";
import type { Principal } from "./principal.ts";
import { parseRoomPattern, type RoomPattern } from "./room-pattern.ts";

const maxRooms = 256;
const maxTokenIdLength = 128;
/** The last second a JavaScript `Date` can hold. */
const maxSeconds = 8.64e12;

/** The principal of a token's verified payload; a claim that is missing or malformed is `ProtocolError("unauthorized")`. */
export function parseClaims(payload: unknown): Principal {
  if (typeof payload !== "object" || payload === null) throw refusal("payload");
  const { sub, rooms, scope, iat, exp, jti } = payload as Record<string, unknown>;
  return {
    userId: parseSubject(sub),
    rooms: parseRooms(rooms),
    scopes: parseScopes(scope),
    ...(iat === undefined ? {} : { issuedAtMs: parseTimeMs("iat", iat) }),
    expiresAtMs: parseTimeMs("exp", exp),
    ...(jti === undefined ? {} : { tokenId: parseTokenId(jti) }),
  };
}

function parseSubject(sub: unknown): string {
  if (typeof sub !== "string" || !roomIdPattern.test(sub)) throw refusal("sub");
  return sub;
}

function parseRooms(rooms: unknown = []): RoomPattern[] {
  if (!Array.isArray(rooms) || rooms.length > maxRooms) throw refusal("rooms");
  return rooms.map((text) => {
    const pattern = parseRoomPattern(text);
    if (pattern === undefined) throw refusal("rooms");
    return pattern;
  });
}

function parseScopes(scope: unknown = ""): Set<string> {
  if (typeof scope !== "string") throw refusal("scope");
  return new Set(scope.split(" ").filter((word) => word !== ""));
}

function parseTimeMs(claim: string, seconds: unknown): number {
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= maxSeconds)) throw refusal(claim);
  return Math.floor(seconds * 1_000);
}

function parseTokenId(jti: unknown): string {
  if (typeof jti !== "string" || jti === "" || jti.length > maxTokenIdLength) throw refusal("jti");
  return jti;
}

function refusal(claim: string): ProtocolError {
  return new ProtocolError("unauthorized", `the token's \`${claim}\` is missing or malformed`);
}
