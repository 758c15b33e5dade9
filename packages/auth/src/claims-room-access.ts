import { type Room, roomKinds } from "@roomcast/events";
import { adminScope, type Principal } from "./principal.ts";
import type { RoomAccess } from "./room-access.ts";
import { matchesRoom } from "./room-pattern.ts";

/**
 * Decides by the room's kind and the token's claims.
 * No pattern, not even `user:*`, allows another user's room.
 */
export class ClaimsRoomAccess implements RoomAccess {
  mayEnter(principal: Principal, room: Room): boolean {
    if (principal.scopes.has(adminScope)) return true;
    switch (roomKinds[room.kind].access) {
      case "everyone":
        return true;
      case "self":
        return room.id === principal.userId;
      case "granted":
        return principal.rooms.some((pattern) => matchesRoom(pattern, room));
    }
  }

  /** Nothing is cached: the claims are in the token. */
  invalidate(): void {}
}
