import { defineEvent } from "./define-event.ts";
import { ProjectCreated, ProjectDeleted, ProjectUpdated } from "./models/project.ts";
import { room } from "./rooms.ts";

const toProject = (data: { projectId: string }): [ReturnType<typeof room.project>] => [
  room.project(data.projectId),
];

/** Every event type: its data, its rooms and whether it is kept. Adding an event is one class and one entry. */
export const catalogue = {
  "project.created": defineEvent({
    data: ProjectCreated,
    rooms: toProject,
    summary: "A project was created.",
  }),
  "project.updated": defineEvent({ data: ProjectUpdated, rooms: toProject, summary: "A project changed." }),
  "project.deleted": defineEvent({
    data: ProjectDeleted,
    rooms: toProject,
    summary: "A project was deleted.",
  }),
} as const;

/** The name of a catalogue event. */
export type EventType = keyof typeof catalogue;

/** The data of a catalogue event. */
export type EventData<T extends EventType> = InstanceType<(typeof catalogue)[T]["data"]>;

/** Whether the catalogue has an event of this name. */
export function isEventType(name: unknown): name is EventType {
  return typeof name === "string" && Object.hasOwn(catalogue, name);
}
