import { ProtocolError, roomIdPattern } from "@roomcast/events";
import { LRUCache } from "lru-cache";
import type { Principal } from "./principal.ts";
import { parseRoomPattern, type RoomPattern } from "./room-pattern.ts";

const maxRooms = 256;
const maxTokenIdLength = 128;
/** The last second a JavaScript `Date` can hold. */
const maxSeconds = 8.64e12;

/**
 * Parses a token's verified payload. Throws `ProtocolError("unauthorized")` for a missing or malformed claim.
 */
export function parseClaims(payload: unknown): Principal {
  if (typeof payload !== "object" || payload === null) throw refusal("payload", "must be an object");
  const { sub, rooms, scope, iat, exp, jti } = presentClaims(payload);
  return {
    userId: parseSubject(sub),
    rooms: parseRooms(rooms),
    scopes: parseScopes(scope),
    ...(iat === undefined ? {} : { issuedAtMs: parseTimeMs("iat", iat) }),
    expiresAtMs: parseTimeMs("exp", exp),
    ...(jti === undefined ? {} : { tokenId: parseTokenId(jti) }),
  };
}

/** Some issuers write null for a claim that they omit. */
function presentClaims(payload: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null));
}

function parseSubject(sub: unknown): string {
  if (typeof sub !== "string" || !roomIdPattern.test(sub))
    throw refusal("sub", "must be text of 1 to 64 characters of A-Z a-z 0-9 _ . -");
  return sub;
}

// Most users of an application have the same grants, and a principal lives as long as its connection: share
// the objects.
const sharedRooms = new LRUCache<string, readonly RoomPattern[]>({ max: 1_000 });
const sharedScopes = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });

function parseRooms(rooms: unknown = []): readonly RoomPattern[] {
  if (!Array.isArray(rooms) || rooms.length > maxRooms) {
    throw refusal("rooms", `must be a list of at most ${maxRooms} patterns such as project:42 or project:*`);
  }
  return shared(sharedRooms, JSON.stringify(rooms), () => rooms.map(parsePattern));
}

function parsePattern(text: unknown, index: number): RoomPattern {
  const pattern = parseRoomPattern(text);
  if (pattern === undefined)
    throw refusal(`rooms[${index}]`, "must be a pattern such as project:42 or project:*");
  return pattern;
}

function parseScopes(scope: unknown = ""): ReadonlySet<string> {
  // RFC 8693 §4.2 defines words separated by spaces. Several issuers write a list.
  const text =
    Array.isArray(scope) && scope.every((word) => typeof word === "string") ? scope.join(" ") : scope;
  if (typeof text !== "string")
    throw refusal("scope", "must be text, words separated by spaces, or a list of words");
  return shared(sharedScopes, text, () => new Set(text.split(" ").filter((word) => word !== "")));
}

function shared<T extends object>(cache: LRUCache<string, T>, key: string, make: () => T): T {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
}

function parseTimeMs(claim: string, seconds: unknown): number {
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= maxSeconds))
    throw refusal(claim, "must be a number of seconds since 1970");
  return Math.floor(seconds * 1_000);
}

function parseTokenId(jti: unknown): string {
  if (typeof jti !== "string" || jti === "" || jti.length > maxTokenIdLength) {
    throw refusal("jti", `must be text of 1 to ${maxTokenIdLength} characters`);
  }
  return jti;
}

function refusal(claim: string, rule: string): ProtocolError {
  return new ProtocolError("unauthorized", `the token's \`${claim}\` ${rule}`);
}
