import type { EventData } from "@roomcast/events";

/** The data of `project.updated` as a plain object. */
export type ProjectUpdate = {
  [Field in keyof EventData<"project.updated">]: EventData<"project.updated">[Field];
};

/** A valid `project.updated`, with the fields a test cares about. */
export function projectUpdate(overrides: Partial<ProjectUpdate> = {}): ProjectUpdate {
  return {
    projectId: "42",
    projectName: "Apollo",
    status: "active",
    updatedBy: "ada",
    changes: { name: "Apollo" },
    ...overrides,
  };
}
