/** Rooms, and events of a page, that cost as much as one command. */
const roomsPerToken = 10;
const eventsPerToken = 100;

const mostRooms = 100;
const mostEvents = 1_000;
const defaultEvents = 100;

/**
 * The weight of a command for the rate limit: 1. A `subscribe` adds a tenth for each room and 1 for each
 * `since`. A `history` adds a hundredth of `limit`. Takes untrusted input.
 */
export function weightOf(name: unknown, input: unknown): number {
  if (name === "subscribe") return 1 + roomsWeight(Array.isArray(input) ? input : [input]);
  if (name === "history") return 1 + limitOf(input) / eventsPerToken;
  return 1;
}

/** Rooms beyond the maximum are refused, so they are not looked at. */
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
