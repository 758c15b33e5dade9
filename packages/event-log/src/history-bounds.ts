import { type HistoryBounds, type RoomKind, roomKinds } from "@roomcast/events";

/** The bounds of every room kind's history: the defaults of `roomKinds`, overridden by `history`. */
export function historyBounds(
  history: Partial<Record<RoomKind, HistoryBounds>> = {},
): Record<RoomKind, HistoryBounds> {
  const kinds = Object.keys(roomKinds) as RoomKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, history[kind] ?? roomKinds[kind].history])) as Record<
    RoomKind,
    HistoryBounds
  >;
}
