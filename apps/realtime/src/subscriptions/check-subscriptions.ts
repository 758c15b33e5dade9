import { type Filter, ProtocolError, type RoomName } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { JoinRequest } from "./join-request.ts";
import { filterSize, maxFilterSize } from "./room-filter.ts";

type Wanted = Pick<JoinRequest, "room" | "filter">;

/** Throws `too_many_subscriptions` if a session would follow more rooms, or have more filters, than it may. */
export function checkSubscriptions(
  { subscriptions }: Pick<Session, "subscriptions">,
  wanted: readonly Wanted[],
  maxSubscriptions: number,
): void {
  const added = wanted.filter(({ room }) => !subscriptions.has(room));
  if (subscriptions.size + added.length > maxSubscriptions)
    throw tooMany(`at most ${maxSubscriptions} subscriptions a connection`);
  if (wanted.every(({ filter }) => filter === undefined)) return;
  const filters = new Map<RoomName, Filter | undefined>();
  for (const { room, filter } of [...subscriptions.values(), ...wanted]) filters.set(room, filter);
  const size = filterSize(filters.values());
  if (size <= maxFilterSize) return;
  throw tooMany(
    `the filters of a connection hold ${maxFilterSize} characters at most; with these they would hold ${size}`,
  );
}

function tooMany(message: string): ProtocolError {
  return new ProtocolError("too_many_subscriptions", message);
}
