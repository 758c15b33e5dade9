/** Rooms, and events of a page, that cost as much as a command does by itself. */
const roomsPerToken = 10;
const eventsPerToken = 100;

const mostRooms = 100;
const mostEvents = 1_000;
const defaultEvents = 100;

/**
 * What a command costs of what a connection may send: 1; for `subscribe` a tenth of its rooms more, and 1 for each `since`;
 * for `history` a hundredth of `limit` more. Takes untrusted input.
 */
export function weightOf(name: unknown, input: unknown): number {
  if (name === "subscribe") return 1 + roomsWeight(Array.isArray(input) ? input : [input]);
  if (name === "history") return 1 + limitOf(input) / eventsPerToken;
  return 1;
}

/** More rooms are refused, and are not looked at. */
function roomsWeight(input: readonly unknown[]): number {
  const rooms = input.slice(0, mostRooms);
  const replays = rooms.filter((one) => fieldOf(one, "since") != null);
  return rooms.length / roomsPerToken + replays.length;
}

function limitOf(input: unknown): number {
  const limit = fieldOf(input, "limit");
  return typeof limit === "number" && limit > 0 ? Math.min(limit, mostEvents) : defaultEvents;
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>)[name] : undefined;
}
