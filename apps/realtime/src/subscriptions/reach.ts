import { type EventLog, type LogFollower, validatePosition } from "@roomcast/event-log";
import { type Position, ProtocolError } from "@roomcast/events";

export interface ReachOptions {
  log: Pick<EventLog, "head">;
  /** This replica's position in the log. */
  follower: Pick<LogFollower, "position" | "head" | "reached">;
  /** How long to wait until this replica reaches a position that a client received elsewhere. */
  catchUpTimeoutMs: number;
}

/**
 * Resolves when this replica can judge a client's positions; rejects with `unavailable`. The client may have
 * received more than this replica has. Then the log itself is asked, and the replica waits until it has
 * reached those positions in the same epoch.
 */
export async function reach(
  { follower, log, catchUpTimeoutMs }: ReachOptions,
  positions: readonly Position[],
): Promise<void> {
  const isBroken = (position: Position) => validatePosition(position, follower.head) !== undefined;
  const isKnown = (position: Position) => !isBroken(position) && position.offset <= follower.position.offset;
  if (positions.every(isKnown)) return;
  const head = await log.head();
  const kept = positions.filter((position) => validatePosition(position, head) === undefined);
  const lost = positions.filter((position) => !kept.includes(position));
  const offset = kept.reduce((most, position) => Math.max(most, position.offset), 0);
  const isReached = await follower.reached(offset, catchUpTimeoutMs);
  if (isReached && kept.every(isKnown) && lost.every(isBroken)) return;
  throw new ProtocolError("unavailable", "this replica has not caught up with the log yet");
}
