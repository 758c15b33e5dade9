import type { Position } from "@roomcast/events";
import type { Session, Subscription } from "../sessions/session.ts";
import type { Delivered } from "./read-history.ts";
import { filterSize, maxFilterSize } from "./room-filter.ts";

interface LeftRoom extends Delivered {
  epoch: string;
}

/** Left subscriptions that are remembered for one connection. Beyond this number an event may come twice. */
const mostRemembered = 100;

/** Not a field of the session, because most sessions never leave a room. */
const leftRooms = new WeakMap<Session, LeftRoom[]>();

/** Remembers what a session received through a subscription that ends at a position. */
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

/** What a session received up to a position, through its present and its former subscriptions. */
export function deliveredTo(session: Session, position: Position): Delivered[] {
  const present = [...session.subscriptions.values()].map((one) => ({ ...one, upTo: position.offset }));
  return [...present, ...deliveredThroughLeft(session, position)];
}

/** What a session received in the present epoch through former subscriptions. */
function deliveredThroughLeft(session: Session, { epoch }: Position): Delivered[] {
  // Offsets of another epoch may belong to other events.
  return (leftRooms.get(session) ?? []).filter((one) => one.epoch === epoch);
}

/** Whether `later` follows or overlaps `earlier`, with the same room and filter. */
function continues(earlier: LeftRoom, later: LeftRoom): boolean {
  const isSame = earlier.room === later.room && earlier.epoch === later.epoch;
  return isSame && earlier.filter?.key === later.filter?.key && later.since <= earlier.upTo;
}
