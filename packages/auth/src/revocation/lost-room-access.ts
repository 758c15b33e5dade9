import type { Room } from "@roomcast/events";
import type { Principal } from "../principal.ts";
import type { RoomAccess } from "../room-access.ts";

/** Refuses revoked rooms, even if the claims or the authoriser allow them. */
export class LostRoomAccess implements RoomAccess {
  readonly #inner: RoomAccess;

  constructor(inner: RoomAccess) {
    this.#inner = inner;
  }

  mayEnter(principal: Principal, room: Room): boolean | Promise<boolean> {
    return !principal.lostRooms?.has(room.name) && this.#inner.mayEnter(principal, room);
  }

  invalidate(userId: string): void {
    this.#inner.invalidate(userId);
  }
}
