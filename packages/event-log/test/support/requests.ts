import type { AppendRequest } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";

let count = 0;

/** An append of one small event. */
export function request(
  rooms: RoomName[] = ["project:1"],
  extra: Partial<AppendRequest> = {},
): AppendRequest {
  const id = `id-${++count}`;
  return { kind: "event", id, type: "project.updated", rooms, json: JSON.stringify({ id }), ...extra };
}

/** The ids in the text of entries. */
export function ids(entries: readonly { json: string }[]): string[] {
  return entries.map(({ json }) => (JSON.parse(json) as { id: string }).id);
}
