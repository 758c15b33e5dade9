import type { Room } from "@roomcast/events";
import type { Principal } from "./principal.ts";

/** Decides who may enter which room. */
export interface RoomAccess {
  /**
   * Whether the principal may enter. Returns a promise only if the authoriser must be asked. Rejects with
   * `ProtocolError("unavailable")` if there is no answer: that neither allows the room nor revokes it.
   */
  mayEnter(principal: Principal, room: Room): boolean | Promise<boolean>;
  /** Drops the cached decisions for the user. */
  invalidate(userId: string): void;
}
