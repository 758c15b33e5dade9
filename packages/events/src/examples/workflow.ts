import type { FamilyExamples } from "./family.ts";

const workflow = {
  workflowId: "run-2026-03-02-1",
  workflowName: "Nightly build",
  projectId: "123",
  agentId: "builder-1",
};

/** Data for every workflow event. */
export const workflowExamples: FamilyExamples<"workflow"> = {
  "workflow.started": {
    ...workflow,
    startedAt: "2026-03-02T01:00:00Z",
    startedBy: "scheduler",
    totalSteps: 4,
  },
  "workflow.progress": {
    ...workflow,
    status: "running",
    progressPercent: 62.5,
    currentStep: "integration tests",
    completedSteps: 2,
    totalSteps: 4,
    message: "120 of 192 tests passed",
  },
  "workflow.completed": {
    ...workflow,
    completedAt: "2026-03-02T01:12:30.250Z",
    durationMs: 750_250,
    result: { artifact: "shop-1.8.0.tgz", tests: { passed: 192, failed: 0 } },
  },
  "workflow.failed": {
    ...workflow,
    status: "failed",
    error: "3 of 192 tests failed",
    failedAt: "2026-03-02T01:09:00Z",
    durationMs: 540_000,
    failedStep: "integration tests",
    retryable: true,
  },
};
