import type { FamilyExamples } from "./family.ts";

const project = {
  projectId: "123",
  projectName: "Web shop",
  repositoryUrl: "https://github.com/acme/shop",
};

/** Data for every project event. */
export const projectExamples: FamilyExamples<"project"> = {
  "project.created": { ...project, status: "active", createdBy: "alice" },
  "project.updated": {
    ...project,
    status: "paused",
    updatedBy: "alice",
    changes: { status: "paused" },
  },
  "project.deleted": { ...project, deletedBy: "alice" },
};
