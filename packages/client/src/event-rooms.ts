import type { EventEnvelope, EventType, RoomKind } from "@roomcast/events";

type Family = EventType extends `${infer Name}.${string}` ? Name : never;
type SecondaryKind = Extract<RoomKind, "project" | "agent" | "user">;

/** Families whose events go to a second room, if their data names it: the kinds of the first and of the second. */
const families: { [F in Family]?: [first: RoomKind, second: SecondaryKind] } = {
  agent: ["agent", "project"],
  workflow: ["project", "agent"],
  ai: ["project", "user"],
  notification: ["channel", "user"],
};

/**
 * The rooms an event went to, as far as a client can know: the primary one, which the envelope names, and the one the
 * catalogue adds. Further rooms that a publisher chose are not disclosed.
 */
export function roomsOf({ type, room, data }: EventEnvelope): string[] {
  const [first, second] = families[type.split(".")[0] as Family] ?? [];
  if (second === undefined || !room.startsWith(`${first}:`)) return [room];
  const id = (data as { [Key in `${SecondaryKind}Id`]?: unknown })[`${second}Id`];
  return typeof id === "string" ? [room, `${second}:${id}`] : [room];
}
