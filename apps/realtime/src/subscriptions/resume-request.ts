import { type LogHead, retainedUpTo } from "@roomcast/event-log";
import { type Position, parsePosition, type RoomName, restoreFilters } from "@roomcast/events";
import type { StoredSession, StoredSubscription } from "../sessions/session-store.ts";
import type { CatchUpRequest, JoinRequest } from "./join-request.ts";
import { hasHeardOfClosing, resumePoint } from "./resume-point.ts";

/** The rooms that a resumed session is in, and those that were closed to it; see `StoredSubscription`. */
export function splitClosed({ subscriptions }: StoredSession): {
  followed: StoredSubscription[];
  closed: StoredSubscription[];
} {
  const isClosed = (one: StoredSubscription) => one.isClosed === true;
  return {
    followed: subscriptions.filter((one) => !isClosed(one)),
    closed: subscriptions.filter(isClosed),
  };
}

/** The rooms of which a client that brings back `seen` has heard that they were closed to it, and the others. */
export function splitHeard(
  closed: readonly StoredSubscription[],
  seen: Position | undefined,
  head: LogHead,
): { heard: RoomName[]; unheard: RoomName[] } {
  const [heard, unheard]: [RoomName[], RoomName[]] = [[], []];
  for (const one of closed) (hasHeardOfClosing(one, seen, head) ? heard : unheard).push(one.room);
  return { heard, unheard };
}

/** Where a client that brings back `seen` goes on in the rooms of its session, and what it was given before. */
export function resumeRequest(
  subscriptions: readonly StoredSubscription[],
  seen: Position | undefined,
  head: LogHead,
): CatchUpRequest {
  const joinRequests = subscriptions.map((one): JoinRequest => {
    const { room, filters, batch } = one;
    const since = retainedUpTo({ epoch: parsePosition(one.at).epoch, offset: one.since }, head);
    const filter = restoreFilters(filters);
    const joinRequest = { room, filter, isFollowed: true, ...resumePoint(one, seen, head) };
    // Batch 0 was stored a moment before its delivery began, so what it was given first is not known exactly.
    return batch === 0 ? joinRequest : { ...joinRequest, since };
  });
  const delivered = joinRequests.flatMap(({ from, since, reset, ...one }) =>
    from === undefined || since === undefined || reset !== undefined
      ? []
      : [{ ...one, since, upTo: from.offset }],
  );
  return { joinRequests, delivered };
}
