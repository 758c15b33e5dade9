import type { FamilyExamples } from "./family.ts";

const pullRequest = {
  projectId: "123",
  repository: "acme/shop",
  number: 42,
  title: "Bump the payment library to 3.1",
  url: "https://github.com/acme/shop/pull/42",
  author: "dependabot[bot]",
  milestone: "1.8",
  draft: false,
  baseBranch: "main",
  headBranch: "dependabot/payment-3.1",
  labels: ["dependencies"],
  assignees: ["alice"],
  createdAt: "2026-03-02T08:00:00Z",
};

/** Data for every pull request event. */
export const pullRequestExamples: FamilyExamples<"pr"> = {
  "pr.created": {
    ...pullRequest,
    sender: "dependabot[bot]",
    state: "open",
    merged: false,
    updatedAt: "2026-03-02T08:00:00Z",
  },
  "pr.updated": {
    ...pullRequest,
    sender: "alice",
    state: "closed",
    merged: true,
    action: "labeled",
    updatedAt: "2026-03-02T10:05:00Z",
    closedAt: "2026-03-02T10:00:00Z",
    mergedAt: "2026-03-02T10:00:00Z",
  },
  "pr.closed": {
    ...pullRequest,
    sender: "alice",
    state: "closed",
    merged: true,
    updatedAt: "2026-03-02T10:00:00Z",
    closedAt: "2026-03-02T10:00:00Z",
    mergedAt: "2026-03-02T10:00:00Z",
    mergedBy: "alice",
  },
};
