import type { FamilyExamples } from "./family.ts";

const issue = {
  projectId: "123",
  repository: "acme/shop",
  number: 7,
  title: "The cart forgets its items",
  url: "https://github.com/acme/shop/issues/7",
  author: "bob",
  milestone: "1.8",
  labels: ["bug"],
  assignees: ["alice"],
  createdAt: "2026-03-01T15:20:18Z",
};

/** Data for every issue event. */
export const issueExamples: FamilyExamples<"issue"> = {
  "issue.created": { ...issue, sender: "bob", state: "open", updatedAt: "2026-03-01T15:20:18Z" },
  "issue.updated": {
    ...issue,
    sender: "alice",
    action: "reopened",
    state: "open",
    updatedAt: "2026-03-03T09:00:00Z",
    closedAt: "2026-03-02T12:00:00Z",
  },
  "issue.closed": {
    ...issue,
    sender: "alice",
    state: "closed",
    stateReason: "completed",
    updatedAt: "2026-03-02T12:00:00Z",
    closedAt: "2026-03-02T12:00:00Z",
  },
};
