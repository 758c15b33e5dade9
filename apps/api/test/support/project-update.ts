/** A valid `project.updated` as a caller posts it, with the fields a test cares about. */
export function projectUpdate(data: Record<string, unknown> = {}, options: Record<string, unknown> = {}) {
  return {
    type: "project.updated",
    data: {
      projectId: "42",
      projectName: "Apollo",
      status: "active",
      updatedBy: "ada",
      changes: { name: "Apollo" },
      ...data,
    },
    ...options,
  };
}
