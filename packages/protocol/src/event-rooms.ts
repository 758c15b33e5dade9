import type { Envelope } from "./envelope.ts";
import type { RoomKind } from "./rooms.ts";

type SecondaryKind = Extract<RoomKind, "project" | "agent" | "user">;

/** The families of events that also go to a second room, if their data name it: the kinds of the first and of the second. */
const families: { readonly [family: string]: readonly [first: RoomKind, second: SecondaryKind] | undefined } =
  {
    agent: ["agent", "project"],
    workflow: ["project", "agent"],
    ai: ["project", "user"],
    notification: ["channel", "user"],
  };

/**
 * The rooms that an event went to, as far as a client can know: the primary one, which the envelope names, and the one
 * that the catalogue adds. Further rooms that a publisher chose are not disclosed.
 */
export function roomsOf({ type, room, data }: Pick<Envelope, "type" | "room" | "data">): string[] {
  const [first, second] = families[type.split(".")[0] ?? ""] ?? [];
  if (second === undefined || !room.startsWith(`${first}:`)) return [room];
  const id = (data as { [Key in `${SecondaryKind}Id`]?: unknown })[`${second}Id`];
  return typeof id === "string" ? [room, `${second}:${id}`] : [room];
}
