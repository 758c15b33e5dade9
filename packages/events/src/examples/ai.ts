import type { FamilyExamples } from "./family.ts";

const origin = { projectId: "123", userId: "alice", agentId: "reviewer-7", model: "reviewer-large" };

/** Data for every AI event. */
export const aiExamples: FamilyExamples<"ai"> = {
  "ai.suggestion": {
    ...origin,
    suggestionId: "suggestion-981",
    category: "performance",
    title: "Read the prices in one query",
    content: "The loop asks the database once per item; `WHERE id = ANY($1)` asks once.",
    confidence: 0.87,
    severity: "medium",
    filePath: "src/cart/prices.ts",
    startLine: 31,
    endLine: 44,
  },
  "ai.analysis_complete": {
    ...origin,
    analysisId: "analysis-55",
    analysisType: "code_review",
    target: "Pull request 42",
    summary: "One query per item in the cart; otherwise sound.",
    findingCount: 1,
    highestSeverity: "medium",
    score: 91.5,
    completedAt: "2026-03-02T09:14:10Z",
    durationMs: 8_400,
  },
};
