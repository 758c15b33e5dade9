import type { Published } from "@roomcast/broadcaster";
import type { RoomName } from "@roomcast/events";
import type { Embedded } from "./embedded.ts";

/** Publishes a `project.updated` to rooms of any kind; `changes` tells events apart. */
export function announce(
  { broadcaster }: Pick<Embedded, "broadcaster">,
  room: RoomName | RoomName[],
  changes: Record<string, unknown> = {},
): Promise<Published> {
  const data = { projectId: "1", projectName: "Apollo", status: "active", updatedBy: "u1", changes } as const;
  return broadcaster.broadcastProjectUpdated(data, { rooms: [room].flat() });
}
