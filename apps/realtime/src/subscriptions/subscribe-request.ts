import type { LogHead } from "@roomcast/event-log";
import type { Position, RoomName } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { CatchUpRequest, JoinRequest } from "./join-request.ts";
import { resumeFrom } from "./resume-point.ts";

/** One room that a client asks for. */
export interface SubscribeRequest extends Pick<JoinRequest, "room" | "filter"> {
  since: Position | undefined;
}

/** What a client asks for, as the log is now. */
export function toJoinRequest(
  session: Session,
  { room, filter, since }: SubscribeRequest,
  head: LogHead,
): JoinRequest {
  const joinRequest = { room, filter, isFollowed: session.subscriptions.has(room) };
  return { ...joinRequest, ...(since === undefined ? {} : resumeFrom(since, head)) };
}

/** The first rooms of a session whose client goes on from a position that it brought back. */
export function goOnRequest(rooms: readonly RoomName[], from: Position, head: LogHead): CatchUpRequest {
  const point = resumeFrom(from, head);
  return {
    joinRequests: rooms.map((room) => ({ room, filter: undefined, isFollowed: true, ...point })),
    delivered: [],
  };
}

/** Where all of a client's rooms go on: a position of a replay counts as far as the replay had come. */
export function provenBy({ epoch, offset, replay }: Position): Position {
  return { epoch, offset: Math.min(offset, replay?.at ?? offset) };
}

/**
 * Whether the session is given the room already, as wished and from there on. To enter it once more would change where a
 * resume goes on: events that are on their way would be lost with the connection.
 */
export function isGiven(session: Session, { room, filter, from, reset }: JoinRequest): boolean {
  const known = session.subscriptions.get(room);
  if (known === undefined || known.filter?.key !== filter?.key || reset !== undefined) return false;
  return from === undefined || from.offset >= known.since;
}
