import type { LogHead } from "@roomcast/event-log";
import {
  type Position,
  parsePosition,
  parseRoom,
  type RoomName,
  type SubscribeCommand,
} from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { CatchUpRequest, JoinRequest } from "./join-request.ts";
import { isDone, type Outcome } from "./outcome.ts";
import { resumeFrom } from "./resume-point.ts";
import { parseRoomFilter } from "./room-filter.ts";

/** One room that a client asks to follow. */
export interface SubscribeRequest extends Pick<JoinRequest, "room" | "filter"> {
  since: Position | undefined;
}

/** Parses one entry of a `subscribe`; throws a `ProtocolError`. */
export function parseRequest({ room, filters, since }: SubscribeCommand): SubscribeRequest {
  return {
    room: parseRoom(room).name,
    filter: parseRoomFilter(filters),
    // Null counts as absent, as in every optional field.
    since: since == null ? undefined : parsePosition(since),
  };
}

/** The valid requests; of several for one room, the last. */
export function lastOfEach(requests: readonly Outcome<SubscribeRequest>[]): SubscribeRequest[] {
  return [...new Map(requests.filter(isDone).map((one) => [one.room, one])).values()];
}

/** The join request of a client's request, with its position judged by the log as it is now. */
export function toJoinRequest(
  session: Session,
  { room, filter, since }: SubscribeRequest,
  head: LogHead,
): JoinRequest {
  const joinRequest = { room, filter, isFollowed: session.subscriptions.has(room) };
  return { ...joinRequest, ...(since === undefined ? {} : resumeFrom(since, head)) };
}

/** The automatic rooms of a session that is not stored, from the position that its client brought back. */
export function rejoinRequest(rooms: readonly RoomName[], from: Position, head: LogHead): CatchUpRequest {
  const point = resumeFrom(from, head);
  return {
    joinRequests: rooms.map((room) => ({ room, filter: undefined, isFollowed: true, ...point })),
    delivered: [],
  };
}

/**
 * The position up to which a client received every event of its rooms. A position of a replay counts only as
 * far as the replay had come.
 */
export function provenBy({ epoch, offset, replay }: Position): Position {
  return { epoch, offset: Math.min(offset, replay?.at ?? offset) };
}

/**
 * Whether the session already follows the room with this filter from this position on. Joining it again would
 * change the position from which a resume starts: events on their way would be lost with the connection.
 */
export function follows(session: Session, { room, filter, from, reset }: JoinRequest): boolean {
  const known = session.subscriptions.get(room);
  if (known === undefined || known.filter?.key !== filter?.key || reset !== undefined) return false;
  return from === undefined || from.offset >= known.since;
}
