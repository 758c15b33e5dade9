import type { RoomName } from "@roomcast/events";

/**
 * The Socket.IO room behind a room, one for each distinct filter. Prefixed, because a socket's own id is a Socket.IO
 * room too: a client-chosen name must never be able to equal one.
 */
export function channelOf(room: RoomName, filterKey = ""): string {
  return filterKey === "" ? `room:${room}` : `room:${room}?${filterKey}`;
}
