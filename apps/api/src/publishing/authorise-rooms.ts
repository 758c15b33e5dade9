import { eachAtMost } from "@roomcast/auth";
import { ProtocolError, parseRoom, type RoomName } from "@roomcast/events";
import type { ApiContext } from "../api-context.ts";
import { type Caller, isUnlimited } from "../http/caller.ts";

/** How many questions one request asks the authoriser at a time. The first refusal stops them. */
const maxQuestions = 16;

/**
 * Rejects with `forbidden` unless the caller may publish to all rooms.
 * A token may publish where it may enter.
 */
export async function authoriseRooms(
  roomAccess: ApiContext["roomAccess"],
  caller: Caller,
  rooms: Iterable<RoomName>,
): Promise<void> {
  if (caller.kind === "key" || isUnlimited(caller)) return;
  await eachAtMost(maxQuestions, new Set(rooms), async (room) => {
    if (!(await roomAccess.mayEnter(caller.principal, parseRoom(room)))) {
      throw new ProtocolError("forbidden", `the token may not publish to ${room}`);
    }
  });
}
