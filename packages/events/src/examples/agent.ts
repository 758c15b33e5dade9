import type { FamilyExamples } from "./family.ts";

const agent = { agentId: "reviewer-7", agentName: "Reviewer", projectId: "123" };

/** Data for every agent event. */
export const agentExamples: FamilyExamples<"agent"> = {
  "agent.status_changed": {
    ...agent,
    status: "busy",
    previousStatus: "idle",
    currentTask: "Reviewing pull request 42",
    reason: "A review was requested",
  },
  "agent.connected": {
    ...agent,
    connectedAt: "2026-03-02T09:00:00Z",
    version: "2.4.1",
    capabilities: ["code_review", "testing"],
  },
  "agent.disconnected": {
    ...agent,
    reason: "timeout",
    disconnectedAt: "2026-03-02T17:30:00Z",
    connectedForMs: 30_600_000,
  },
};
