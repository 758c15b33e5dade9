import { ProtocolError, parseRoom, type RoomName, roomIdPattern } from "@roomcast/events";
import { mayBeIssuedBy } from "../clock.ts";
import type { Principal } from "../principal.ts";

/** Revokes one token, one room, or everything that a user's tokens have granted so far. */
export interface Revocation {
  userId: string;
  /** Revokes only the token with this `jti`. */
  tokenId?: string;
  /** Revokes only access to this room. */
  room?: RoomName;
  /** Applies to tokens that may have been issued by this time. Milliseconds since 1970. */
  atMs: number;
}

/** All revocations of a user, read when a token is presented. */
export interface UserRevocations {
  /** Every token that was issued until then is revoked. */
  everythingUntilMs?: number;
  tokenIds: ReadonlySet<string>;
  roomsUntilMs: ReadonlyMap<RoomName, number>;
}

/** Whether the principal's whole token is revoked. */
export function isRevoked(principal: Principal, { everythingUntilMs, tokenIds }: UserRevocations): boolean {
  if (principal.tokenId !== undefined && tokenIds.has(principal.tokenId)) return true;
  return everythingUntilMs !== undefined && mayBeIssuedBy(principal, everythingUntilMs);
}

/** The rooms that are revoked for the principal's token. */
export function revokedRooms(principal: Principal, { roomsUntilMs }: UserRevocations): Set<RoomName> {
  const rooms = [...roomsUntilMs].filter(([, untilMs]) => mayBeIssuedBy(principal, untilMs));
  return new Set(rooms.map(([room]) => room));
}

/** Whether a revocation revokes the principal's whole token. */
export function revokesToken(principal: Principal, { tokenId, room, atMs }: Revocation): boolean {
  if (room !== undefined) return false;
  return tokenId === undefined ? mayBeIssuedBy(principal, atMs) : tokenId === principal.tokenId;
}

/** The room that a revocation takes from the principal, if any. */
export function revokedRoom(principal: Principal, { room, atMs }: Revocation): RoomName | undefined {
  return room !== undefined && mayBeIssuedBy(principal, atMs) ? room : undefined;
}

/** Parses `{ userId, tokenId?, room? }`, or throws `ProtocolError("invalid_command")`. */
export function parseRevocation(input: unknown, atMs: number): Revocation {
  const { userId, tokenId, room, ...unknown } = Object(input) as Record<string, unknown>;
  const [typo] = Object.keys(unknown);
  // If a misspelt `tokenID` were ignored, everything of the user would be revoked.
  if (typo !== undefined)
    throw invalid(typo.slice(0, 64), "is unknown: the fields are userId, tokenId, room");
  if (typeof userId !== "string" || !roomIdPattern.test(userId))
    throw invalid("userId", "must be a user's id");
  if (tokenId !== undefined && (typeof tokenId !== "string" || tokenId === "" || tokenId.length > 128)) {
    throw invalid("tokenId", "must be the token's jti");
  }
  if (tokenId !== undefined && room !== undefined) throw invalid("room", "excludes tokenId");
  return {
    userId,
    atMs,
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(room === undefined ? {} : { room: parseRoom(room).name }),
  };
}

function invalid(field: string, problem: string): ProtocolError {
  const message = `${field} ${problem}`;
  return new ProtocolError("invalid_command", message, { details: [{ field, message }] });
}
