import { ProtocolError, parseRoom, type RoomName } from "@roomcast/events";
import type { ApiContext } from "../api-context.ts";
import { type Caller, isUnlimited } from "../http/caller.ts";

/** Rejects with `forbidden` unless the caller may publish to every one of the rooms: a token only where it may enter. */
export async function authoriseRooms(
  roomAccess: ApiContext["roomAccess"],
  caller: Caller,
  rooms: Iterable<RoomName>,
): Promise<void> {
  if (caller.kind === "key" || isUnlimited(caller)) return;
  // One after the other: the first refusal ends it, so that a batch cannot flood the application's authoriser.
  for (const room of new Set(rooms)) {
    if (!(await roomAccess.mayEnter(caller.principal, parseRoom(room)))) {
      throw new ProtocolError("forbidden", `the token may not publish to ${room}`);
    }
  }
}
