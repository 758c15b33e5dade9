import type { RoomName } from "@roomcast/events";
import type { RoomPattern } from "./room-pattern.ts";

/** Who a verified token says its bearer is, and what it grants. */
export interface Principal {
  /** The token's `sub`; names the room `user:<userId>`. */
  readonly userId: string;
  /** The rooms granted by the claim `rooms`. */
  readonly rooms: readonly RoomPattern[];
  /** The words of the claim `scope`, such as `events:publish`. */
  readonly scopes: ReadonlySet<string>;
  /** The token's `iat` in milliseconds since 1970. */
  readonly issuedAtMs?: number;
  /** The token's `exp` in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** The token's `jti`, by which it alone can be revoked. */
  readonly tokenId?: string;
  /** Rooms taken back from the user after the token was issued. */
  readonly lostRooms?: ReadonlySet<RoomName>;
}

/** The scope whose bearer may enter every room, other users' rooms included. */
export const adminScope = "admin";
