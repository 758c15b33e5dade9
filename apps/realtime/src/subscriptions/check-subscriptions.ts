import { type Filter, ProtocolError, type RoomName } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { JoinRequest } from "./join-request.ts";
import { filterSize, maxFilterSize } from "./room-filter.ts";

type Requested = Pick<JoinRequest, "room" | "filter">;

/**
 * Throws `too_many_subscriptions` if a session would follow more rooms, or hold larger filters, than it may.
 */
export function checkSubscriptions(
  { subscriptions }: Pick<Session, "subscriptions">,
  requested: readonly Requested[],
  maxSubscriptions: number,
): void {
  const added = requested.filter(({ room }) => !subscriptions.has(room));
  if (subscriptions.size + added.length > maxSubscriptions)
    throw tooMany(`at most ${maxSubscriptions} subscriptions a connection`);
  if (requested.every(({ filter }) => filter === undefined)) return;
  const filters = new Map<RoomName, Filter | undefined>();
  for (const { room, filter } of [...subscriptions.values(), ...requested]) filters.set(room, filter);
  const size = filterSize(filters.values());
  if (size <= maxFilterSize) return;
  throw tooMany(
    `the filters of a connection hold ${maxFilterSize} characters at most; with these they would hold ${size}`,
  );
}

function tooMany(message: string): ProtocolError {
  return new ProtocolError("too_many_subscriptions", message);
}
