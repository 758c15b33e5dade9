import { type LogHead, retainedUpTo } from "@roomcast/event-log";
import { type Position, parsePosition, type RoomName, restoreFilters } from "@roomcast/events";
import type { StoredSession, StoredSubscription } from "../sessions/session-store.ts";
import type { CatchUpRequest, JoinRequest } from "./join-request.ts";
import { hasReceivedClosing, resumePoint } from "./resume-point.ts";

/** The rooms that a resumed session follows, and those that were closed to it; see `StoredSubscription`. */
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

/** Splits closed rooms by whether a client that brings back `seen` has received their resets. */
export function splitByReceipt(
  closed: readonly StoredSubscription[],
  seen: Position | undefined,
  head: LogHead,
): { received: RoomName[]; unreceived: RoomName[] } {
  const [received, unreceived]: [RoomName[], RoomName[]] = [[], []];
  for (const one of closed) (hasReceivedClosing(one, seen, head) ? received : unreceived).push(one.room);
  return { received, unreceived };
}

/**
 * The rooms of a resumed session, with the positions from which a client that brings back `seen` resumes and
 * what it received before.
 */
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
    // A subscription of batch 0 was stored a moment before its delivery began, so its first delivered entry
    // is not known exactly.
    return batch === 0 ? joinRequest : { ...joinRequest, since };
  });
  const delivered = joinRequests.flatMap(({ from, since, reset, ...one }) =>
    from === undefined || since === undefined || reset !== undefined
      ? []
      : [{ ...one, since, upTo: from.offset }],
  );
  return { joinRequests, delivered };
}
