import type { RoomName } from "@roomcast/events";
import type { RoomPattern } from "./room-pattern.ts";

/** The user of a verified token, and what the token grants. */
export interface Principal {
  /** The token's `sub`. The user's own room is `user:<userId>`. */
  readonly userId: string;
  /** The rooms granted by the claim `rooms`. */
  readonly rooms: readonly RoomPattern[];
  /** The words of the claim `scope`, such as `events:publish`. */
  readonly scopes: ReadonlySet<string>;
  /** The token's `iat` in milliseconds since 1970. */
  readonly issuedAtMs?: number;
  /** The token's `exp` in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** The token's `jti`, which allows revoking this token only. */
  readonly tokenId?: string;
  /** Rooms that were revoked from the user after the token was issued. */
  readonly lostRooms?: ReadonlySet<RoomName>;
}

/** The scope that allows every room, including other users' rooms. */
export const adminScope = "admin";
