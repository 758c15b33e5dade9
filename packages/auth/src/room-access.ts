import type { Room } from "@roomcast/events";
import type { Principal } from "./principal.ts";

/** Decides who may enter which room. */
export interface RoomAccess {
  /**
   * Whether the principal may enter; a promise only if someone has to be asked. Rejects with
   * `ProtocolError("unavailable")` when no answer is to be had: that is no yes, and no reason to take anything away.
   */
  mayEnter(principal: Principal, room: Room): boolean | Promise<boolean>;
  /** Forgets what was decided for the user, so that the next question is decided anew. */
  invalidate(userId: string): void;
}
