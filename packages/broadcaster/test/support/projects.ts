import type { EventInput } from "../../src/index.ts";

/** A valid `project.updated`, with the fields a test cares about. */
export function projectUpdate(
  overrides: Partial<EventInput<"project.updated">> = {},
): EventInput<"project.updated"> {
  return {
    projectId: "42",
    projectName: "Apollo",
    status: "active",
    updatedBy: "ada",
    changes: { name: "Apollo" },
    ...overrides,
  };
}
