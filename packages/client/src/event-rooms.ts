import type { EventEnvelope, EventType, RoomKind } from "@roomcast/events";

type Family = EventType extends `${infer Name}.${string}` ? Name : never;
type SecondaryKind = Extract<RoomKind, "project" | "agent" | "user">;

/** Families whose events may also go to a second room that their data names: the kinds of both rooms. */
const families: { [F in Family]?: [first: RoomKind, second: SecondaryKind] } = {
  agent: ["agent", "project"],
  workflow: ["project", "agent"],
  ai: ["project", "user"],
  notification: ["channel", "user"],
};

/**
 * Returns the rooms of an event that a client can know: the primary room in the envelope, and the room that
 * the catalogue adds. Clients do not learn about other rooms that a publisher chose.
 */
export function roomsOf({ type, room, data }: EventEnvelope): string[] {
  const [first, second] = families[type.split(".")[0] as Family] ?? [];
  if (second === undefined || !room.startsWith(`${first}:`)) return [room];
  const id = (data as { [Key in `${SecondaryKind}Id`]?: unknown })[`${second}Id`];
  return typeof id === "string" ? [room, `${second}:${id}`] : [room];
}
