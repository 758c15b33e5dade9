import { IsBoolean, IsEnum, IsIn, IsJsonObject } from "../validation.ts";
import {
  Count,
  DurationMs,
  ExternalId,
  Fraction,
  Optional,
  RoomId,
  Text,
  Timestamp,
  type ValueOf,
} from "./constraints.ts";

/** The state of one run of a workflow. */
export enum WorkflowStatus {
  /** Waiting for its turn. */
  Queued = "queued",
  Running = "running",
  /** Waiting for an approval or an answer. */
  Paused = "paused",
  Completed = "completed",
  Failed = "failed",
  /** Ended by a person before it was done. */
  Cancelled = "cancelled",
}

const brokenOff = [WorkflowStatus.Failed, WorkflowStatus.Cancelled] as const;

/** What every workflow event says of its run. */
class WorkflowEvent {
  /** One run of a workflow; every event of the run carries the same id. */
  @ExternalId()
  workflowId!: string;

  @Text(200)
  workflowName!: string;

  /** The project the run belongs to; the event goes to `project:<projectId>`. */
  @RoomId()
  projectId!: string;

  /** The agent that does the work; the event goes to `agent:<agentId>` too. */
  @Optional()
  @RoomId()
  agentId?: string;
}

/** A run of a workflow started. */
export class WorkflowStarted extends WorkflowEvent {
  @Timestamp()
  startedAt!: string;

  /** The user or the system that started it. */
  @Optional()
  @Text(128)
  startedBy?: string;

  /** How many steps the run will have. */
  @Optional()
  @Count(1)
  totalSteps?: number;
}

/** A run of a workflow got further, or waits. */
export class WorkflowProgress extends WorkflowEvent {
  @IsEnum(WorkflowStatus)
  status!: ValueOf<WorkflowStatus>;

  /** How much is done, 0 to 100. */
  @Fraction(100)
  progressPercent!: number;

  /** The name of the step being worked on. */
  @Optional()
  @Text(200)
  currentStep?: string;

  /** How many steps are done. */
  @Optional()
  @Count()
  completedSteps?: number;

  /** How many steps the run has. */
  @Optional()
  @Count(1)
  totalSteps?: number;

  /** What is happening, in words. */
  @Optional()
  @Text(2_000)
  message?: string;
}

/** A run of a workflow reached its end. */
export class WorkflowCompleted extends WorkflowEvent {
  @Timestamp()
  completedAt!: string;

  /** From start to end, in milliseconds. */
  @DurationMs()
  durationMs!: number;

  /** What the run produced. */
  @Optional()
  @IsJsonObject()
  result?: Record<string, unknown>;
}

/** A run of a workflow broke off. */
export class WorkflowFailed extends WorkflowEvent {
  /** Whether it failed or was cancelled. */
  @IsIn(brokenOff)
  status!: ValueOf<(typeof brokenOff)[number]>;

  /** What went wrong, in words. */
  @Text(4_000)
  error!: string;

  @Timestamp()
  failedAt!: string;

  /** From start to failure, in milliseconds. */
  @Optional()
  @DurationMs()
  durationMs?: number;

  /** The name of the step that failed. */
  @Optional()
  @Text(200)
  failedStep?: string;

  /** Whether a new run may succeed without a change. */
  @Optional()
  @IsBoolean()
  retryable?: boolean;
}
