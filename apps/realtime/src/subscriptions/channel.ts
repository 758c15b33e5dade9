import type { RoomName } from "@roomcast/events";

/**
 * The channel of a room with one filter: a Socket.IO room. It has a prefix because a socket's own id is a
 * Socket.IO room too, and a room name that a client chooses must never equal such an id.
 */
export function channelOf(room: RoomName, filterKey = ""): string {
  return filterKey === "" ? `room:${room}` : `room:${room}?${filterKey}`;
}
