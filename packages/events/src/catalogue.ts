import { defineEvent } from "./define-event.ts";
import {
  toAccounts,
  toAgentAndProject,
  toEveryone,
  toInstances,
  toNotificationsAndUser,
  toProject,
  toProjectAndAgent,
  toProjectAndUser,
} from "./event-rooms.ts";
import {
  AccountConnectionChanged,
  AccountCredentialsValidated,
  AccountDiscoveryProgress,
} from "./models/account.ts";
import { AgentConnected, AgentDisconnected, AgentStatusChanged } from "./models/agent.ts";
import { AiAnalysisComplete, AiSuggestion } from "./models/ai.ts";
import {
  InstanceDiscoveryCompleted,
  InstanceHealthChanged,
  InstanceStateChanged,
} from "./models/instance.ts";
import { IssueClosed, IssueCreated, IssueUpdated } from "./models/issue.ts";
import { CostAlert, OptimizationRecommendation, SecurityFinding } from "./models/notification.ts";
import { ProjectCreated, ProjectDeleted, ProjectUpdated } from "./models/project.ts";
import { PullRequestClosed, PullRequestCreated, PullRequestUpdated } from "./models/pull-request.ts";
import {
  SystemHealthStatus,
  SystemHeartbeat,
  SystemScanCompleted,
  SystemScanStarted,
} from "./models/system.ts";
import { WorkflowCompleted, WorkflowFailed, WorkflowProgress, WorkflowStarted } from "./models/workflow.ts";

/**
 * All event types: their data, their rooms, and whether histories store them.
 * A new event is one class and one entry.
 */
export const catalogue = {
  "project.created": defineEvent({
    data: ProjectCreated,
    rooms: toProject,
    summary: "A project was created.",
  }),
  "project.updated": defineEvent({ data: ProjectUpdated, rooms: toProject, summary: "A project changed." }),
  "project.deleted": defineEvent({
    data: ProjectDeleted,
    rooms: toProject,
    summary: "A project was deleted.",
  }),

  "agent.status_changed": defineEvent({
    data: AgentStatusChanged,
    rooms: toAgentAndProject,
    summary: "An agent became idle, busy, paused, faulty or went offline.",
  }),
  "agent.connected": defineEvent({
    data: AgentConnected,
    rooms: toAgentAndProject,
    summary: "An agent connected.",
  }),
  "agent.disconnected": defineEvent({
    data: AgentDisconnected,
    rooms: toAgentAndProject,
    summary: "An agent's connection ended.",
  }),

  "workflow.started": defineEvent({
    data: WorkflowStarted,
    rooms: toProjectAndAgent,
    summary: "A run of a workflow started.",
  }),
  "workflow.progress": defineEvent({
    data: WorkflowProgress,
    rooms: toProjectAndAgent,
    summary: "A run of a workflow got further, or waits.",
  }),
  "workflow.completed": defineEvent({
    data: WorkflowCompleted,
    rooms: toProjectAndAgent,
    summary: "A run of a workflow reached its end.",
  }),
  "workflow.failed": defineEvent({
    data: WorkflowFailed,
    rooms: toProjectAndAgent,
    summary: "A run of a workflow failed or was cancelled.",
  }),

  "pr.created": defineEvent({
    data: PullRequestCreated,
    rooms: toProject,
    summary: "A pull request was opened.",
  }),
  "pr.updated": defineEvent({
    data: PullRequestUpdated,
    rooms: toProject,
    summary: "A pull request changed, in whatever way but being opened or closed.",
  }),
  "pr.closed": defineEvent({
    data: PullRequestClosed,
    rooms: toProject,
    summary: "A pull request was merged or closed unmerged.",
  }),

  "issue.created": defineEvent({ data: IssueCreated, rooms: toProject, summary: "An issue was opened." }),
  "issue.updated": defineEvent({
    data: IssueUpdated,
    rooms: toProject,
    summary: "An issue changed, in whatever way but being opened or closed, or was deleted.",
  }),
  "issue.closed": defineEvent({ data: IssueClosed, rooms: toProject, summary: "An issue was closed." }),

  "ai.suggestion": defineEvent({
    data: AiSuggestion,
    rooms: toProjectAndUser,
    summary: "The AI suggests a change.",
  }),
  "ai.analysis_complete": defineEvent({
    data: AiAnalysisComplete,
    rooms: toProjectAndUser,
    summary: "The AI finished an analysis.",
  }),

  "instance.state_changed": defineEvent({
    data: InstanceStateChanged,
    rooms: toInstances,
    summary: "A cloud instance changed its state.",
  }),
  "instance.discovery_completed": defineEvent({
    data: InstanceDiscoveryCompleted,
    rooms: toInstances,
    summary: "The instances of a cloud account were discovered.",
  }),
  "instance.health_changed": defineEvent({
    data: InstanceHealthChanged,
    rooms: toInstances,
    summary: "The health of a cloud instance changed.",
  }),

  "account.connection_changed": defineEvent({
    data: AccountConnectionChanged,
    rooms: toAccounts,
    summary: "The connection to a cloud account changed.",
  }),
  "account.discovery_progress": defineEvent({
    data: AccountDiscoveryProgress,
    rooms: toAccounts,
    summary: "The discovery of a cloud account's resources got further.",
  }),
  "account.credentials_validated": defineEvent({
    data: AccountCredentialsValidated,
    rooms: toAccounts,
    summary: "The credentials of a cloud account were checked.",
  }),

  "notification.cost_alert": defineEvent({
    data: CostAlert,
    rooms: toNotificationsAndUser,
    summary: "Spending crossed a limit, or is about to.",
  }),
  "notification.security_finding": defineEvent({
    data: SecurityFinding,
    rooms: toNotificationsAndUser,
    summary: "A weakness was found in a cloud resource.",
  }),
  "notification.optimization_recommendation": defineEvent({
    data: OptimizationRecommendation,
    rooms: toNotificationsAndUser,
    summary: "A cloud resource could be cheaper or better.",
  }),

  "system.health_status": defineEvent({
    data: SystemHealthStatus,
    rooms: toEveryone,
    summary: "How the system and its parts are.",
  }),
  "system.scan_started": defineEvent({
    data: SystemScanStarted,
    rooms: toEveryone,
    summary: "A scan started.",
  }),
  "system.scan_completed": defineEvent({
    data: SystemScanCompleted,
    rooms: toEveryone,
    summary: "A scan ended.",
  }),
  "system.heartbeat": defineEvent({
    data: SystemHeartbeat,
    rooms: toEveryone,
    transient: true,
    summary: "A sign of life for whoever is connected.",
  }),
} as const;

/** The name of a catalogue event. */
export type EventType = keyof typeof catalogue;

/** The data of a catalogue event. */
export type EventData<T extends EventType> = InstanceType<(typeof catalogue)[T]["data"]>;

/** Whether the catalogue has an event of this name. */
export function isEventType(name: unknown): name is EventType {
  return typeof name === "string" && Object.hasOwn(catalogue, name);
}
