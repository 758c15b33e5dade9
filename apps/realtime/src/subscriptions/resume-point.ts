import { isLaterEpoch, type LogHead, validatePosition } from "@roomcast/event-log";
import { type Position, parsePosition, type ResetReason } from "@roomcast/events";
import type { StoredSubscription } from "../sessions/session-store.ts";

/** Where a room goes on after a reconnect, and why it cannot go on there, if that is so. */
export interface ResumePoint {
  from: Position;
  reset?: ResetReason;
}

/**
 * Where a subscription goes on for a client that brings back `seen`, the position of the last event it received
 * (undefined if it received none).
 *
 * Live events carry plain positions. The replay of batch b, written at offset L before anything newer but after its
 * resets, carries (L, batch b, up to offset `at`). So: beyond the subscription's own `at`, or in a later batch at the same
 * place, its replay or reset is proven received; in its own batch a reset is, and a replay up to the position's `at`;
 * otherwise nothing is. Offsets of two epochs cannot be compared: whatever was written in an earlier epoch was written
 * before.
 */
export function resumePoint(
  stored: StoredSubscription,
  seen: Position | undefined,
  head: LogHead,
): ResumePoint {
  const isLost = seen !== undefined && validatePosition(seen, head) !== undefined;
  return resumeFrom(isLost ? seen : startOf(stored, seen, head), head);
}

/** Whether a client that brings back `seen` proves to have heard that a room was closed to it. */
export function hasHeardOfClosing(
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

/** Says of a place where a room is to go on whether it can. */
export function resumeFrom(from: Position, head: LogHead): ResumePoint {
  const reset = validatePosition(from, head);
  return { from, ...(reset === undefined ? {} : { reset }) };
}

function startOf(stored: StoredSubscription, seen: Position | undefined, head: LogHead): Position {
  const from = parsePosition(stored.from);
  if (seen === undefined) return from;
  const at = parsePosition(stored.at);
  const seenAll = { epoch: seen.epoch, offset: seen.offset };
  if (seen.epoch !== at.epoch) return isLaterEpoch(seen.epoch, at.epoch, head) ? seenAll : from;
  if (seen.offset > at.offset) return seenAll;
  if (seen.offset < at.offset || seen.replay === undefined || seen.replay.batch < stored.batch) return from;
  if (seen.replay.batch > stored.batch || stored.isReset) return seenAll;
  return seen.replay.at <= from.offset ? from : { epoch: seen.epoch, offset: seen.replay.at };
}
