import { eachAtMost } from "@roomcast/auth";
import { ProtocolError, parseRoom, type RoomName } from "@roomcast/events";
import type { ApiContext } from "../api-context.ts";
import { type Caller, isUnlimited } from "../http/caller.ts";

/** Questions of one request that the application's authoriser is asked at a time; the first refusal ends them. */
const maxQuestions = 16;

/** Rejects with `forbidden` unless the caller may publish to every one of the rooms: a token only where it may enter. */
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
