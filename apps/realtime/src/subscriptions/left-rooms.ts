import type { Position } from "@roomcast/events";
import type { Session, Subscription } from "../sessions/session.ts";
import type { Delivered } from "./read-history.ts";
import { filterSize, maxFilterSize } from "./room-filter.ts";

interface LeftRoom extends Delivered {
  epoch: string;
}

/** Subscriptions that one connection remembers; beyond them an event may come again. */
const mostRemembered = 100;

/** Not a field of the session: most never leave a room. */
const leftRooms = new WeakMap<Session, LeftRoom[]>();

/** Remembers what a session was given through a subscription that ends at a position. */
export function rememberLeft(
  session: Session,
  subscription: Subscription,
  { epoch, offset }: Position,
): void {
  const { room, filter, since } = subscription;
  if (since >= offset) return;
  const left = { room, filter, since, upTo: offset, epoch };
  const others = leftRooms.get(session) ?? [];
  const apart = others.filter((one) => !continues(one, left));
  for (const one of others) if (!apart.includes(one)) left.since = Math.min(left.since, one.since);
  const all = [...apart, left].slice(-mostRemembered);
  while (filterSize(all.map((one) => one.filter)) > maxFilterSize) all.shift();
  leftRooms.set(session, all);
}

/** What a session was given up to a position, through the subscriptions that it has and those that it has left. */
export function deliveredTo(session: Session, position: Position): Delivered[] {
  const present = [...session.subscriptions.values()].map((one) => ({ ...one, upTo: position.offset }));
  return [...present, ...deliveredThroughLeft(session, position)];
}

/** What a session was given through subscriptions that it no longer has, as far as the epoch is still theirs. */
function deliveredThroughLeft(session: Session, { epoch }: Position): Delivered[] {
  // Offsets of another epoch may be those of other events.
  return (leftRooms.get(session) ?? []).filter((one) => one.epoch === epoch);
}

/** Whether one follows or overlaps an earlier one of the same room and filter. */
function continues(earlier: LeftRoom, later: LeftRoom): boolean {
  const isSame = earlier.room === later.room && earlier.epoch === later.epoch;
  return isSame && earlier.filter?.key === later.filter?.key && later.since <= earlier.upTo;
}
