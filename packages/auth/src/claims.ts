import { ProtocolError, roomIdPattern } from "@roomcast/events";
import { LRUCache } from "lru-cache";
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

// Most users of an application have the same grants, and a principal lives as long as its connection.
const sharedRooms = new LRUCache<string, readonly RoomPattern[]>({ max: 1_000 });
const sharedScopes = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });

function parseRooms(rooms: unknown = []): readonly RoomPattern[] {
  if (!Array.isArray(rooms) || rooms.length > maxRooms) throw refusal("rooms");
  return shared(sharedRooms, JSON.stringify(rooms), () => rooms.map(parsePattern));
}

function parsePattern(text: unknown): RoomPattern {
  const pattern = parseRoomPattern(text);
  if (pattern === undefined) throw refusal("rooms");
  return pattern;
}

function parseScopes(scope: unknown = ""): ReadonlySet<string> {
  if (typeof scope !== "string") throw refusal("scope");
  return shared(sharedScopes, scope, () => new Set(scope.split(" ").filter((word) => word !== "")));
}

function shared<T extends object>(cache: LRUCache<string, T>, key: string, make: () => T): T {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
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
