import type { RoomName } from "@roomcast/events";

/** The values on which clients filter: who changed a project. */
export const tags = ["u0", "u1", "u2", "u3"] as const;

const kinds = ["project", "project", "project", "agent", "channel"] as const;

/** Returns names of rooms of several kinds. */
export function makeRooms(count: number): RoomName[] {
  return Array.from({ length: count }, (_, n): RoomName => `${kinds[n % kinds.length] ?? "project"}:f${n}`);
}

/** Returns the filter for events with these tags. */
export function filterFor(wanted: readonly string[]): object {
  return { updatedBy: wanted };
}
