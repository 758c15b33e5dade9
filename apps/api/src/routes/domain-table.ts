import type { EventType } from "@roomcast/events";

/** A route that publishes one kind of change in the application's domain. */
export interface DomainRoute {
  method: "post" | "put" | "patch" | "delete";
  /** Its parameters are fields of the event's data. `number` is a whole number. */
  path: string;
  event: EventType;
}

/**
 * The domain routes under `/api/v1`. They store nothing: the application's database is the source of truth.
 */
export const domainTable: readonly DomainRoute[] = [
  { method: "post", path: "/projects", event: "project.created" },
  { method: "patch", path: "/projects/:projectId", event: "project.updated" },
  { method: "delete", path: "/projects/:projectId", event: "project.deleted" },

  { method: "put", path: "/agents/:agentId/status", event: "agent.status_changed" },
  { method: "post", path: "/agents/:agentId/connect", event: "agent.connected" },
  { method: "post", path: "/agents/:agentId/disconnect", event: "agent.disconnected" },

  { method: "post", path: "/workflows", event: "workflow.started" },
  { method: "post", path: "/workflows/:workflowId/progress", event: "workflow.progress" },
  { method: "post", path: "/workflows/:workflowId/complete", event: "workflow.completed" },
  { method: "post", path: "/workflows/:workflowId/fail", event: "workflow.failed" },

  { method: "post", path: "/pull-requests", event: "pr.created" },
  { method: "patch", path: "/pull-requests/:number", event: "pr.updated" },
  { method: "post", path: "/pull-requests/:number/close", event: "pr.closed" },

  { method: "post", path: "/issues", event: "issue.created" },
  { method: "patch", path: "/issues/:number", event: "issue.updated" },
  { method: "post", path: "/issues/:number/close", event: "issue.closed" },

  { method: "post", path: "/ai/suggestions", event: "ai.suggestion" },
  { method: "post", path: "/ai/analyses", event: "ai.analysis_complete" },
];
