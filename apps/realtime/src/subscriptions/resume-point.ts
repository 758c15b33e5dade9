import { isLaterEpoch, type LogHead, validatePosition } from "@roomcast/event-log";
import { type Position, parsePosition, type ResetReason } from "@roomcast/events";
import type { StoredSubscription } from "../sessions/session-store.ts";

/** The position from which a room resumes, and the reason if it cannot resume from there. */
export interface ResumePoint {
  from: Position;
  reset?: ResetReason;
}

/**
 * The position from which a subscription resumes for a client that brings back `seen`, the position of the
 * last event it received (undefined if it received none).
 *
 * Live events carry plain positions. The replay of batch b is written at offset L, after its resets and
 * before anything newer. Its events carry (L, batch b, up to offset `at`). So there are three cases. A
 * position beyond the subscription's own `at`, or in a later batch at the same offset, proves that the client
 * received the replay or the reset. A position in the subscription's own batch proves a reset, and a replay
 * up to the position's `at`. Any other position proves nothing. Offsets of two epochs cannot be compared:
 * what was written in an earlier epoch was written before.
 */
export function resumePoint(
  stored: StoredSubscription,
  seen: Position | undefined,
  head: LogHead,
): ResumePoint {
  const isLost = seen !== undefined && validatePosition(seen, head) !== undefined;
  return resumeFrom(isLost ? seen : startOf(stored, seen, head), head);
}

/** Whether a client that brings back `seen` proves that it received the reset of a closed room. */
export function hasReceivedClosing(
  closed: StoredSubscription,
  seen: Position | undefined,
  head: LogHead,
): boolean {
  if (seen === undefined || validatePosition(seen, head) !== undefined) return false;
  const at = parsePosition(closed.at);
  if (seen.epoch !== at.epoch) return isLaterEpoch(seen.epoch, at.epoch, head);
  if (seen.offset !== at.offset) return seen.offset > at.offset;
  return seen.replay !== undefined && seen.replay.batch >= closed.batch;
}

/** Adds to a position the reason why a room cannot resume from it, if there is one. */
export function resumeFrom(from: Position, head: LogHead): ResumePoint {
  const reset = validatePosition(from, head);
  return { from, ...(reset === undefined ? {} : { reset }) };
}

function startOf(stored: StoredSubscription, seen: Position | undefined, head: LogHead): Position {
  const from = parsePosition(stored.from);
  if (seen === undefined) return from;
  const at = parsePosition(stored.at);
  const plainSeen = { epoch: seen.epoch, offset: seen.offset };
  if (seen.epoch !== at.epoch) return isLaterEpoch(seen.epoch, at.epoch, head) ? plainSeen : from;
  if (seen.offset > at.offset) return plainSeen;
  if (seen.offset < at.offset || seen.replay === undefined || seen.replay.batch < stored.batch) return from;
  if (seen.replay.batch > stored.batch || stored.isReset) return plainSeen;
  return seen.replay.at <= from.offset ? from : { epoch: seen.epoch, offset: seen.replay.at };
}
