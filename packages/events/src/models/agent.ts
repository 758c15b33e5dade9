import { IsEnum } from "../validation.ts";
import { DurationMs, Optional, RoomId, Text, TextList, Timestamp, type ValueOf } from "./constraints.ts";

/** What an agent is doing. */
export enum AgentStatus {
  /** Ready for work. */
  Idle = "idle",
  /** Working on a task. */
  Busy = "busy",
  /** Told to take no work. */
  Paused = "paused",
  /** Stopped by a fault. */
  Error = "error",
  /** Not connected. */
  Offline = "offline",
}

/** Why an agent's connection ended. */
export enum AgentDisconnectReason {
  /** The agent was shut down in an orderly way. */
  Shutdown = "shutdown",
  /** The agent gave no sign of life for too long. */
  Timeout = "timeout",
  /** The connection broke. */
  ConnectionLost = "connection_lost",
  /** A newer connection of the same agent took over. */
  Replaced = "replaced",
  /** Someone else ended it: a revoked token, an operator. */
  Evicted = "evicted",
}

/** What every agent event says of its agent. */
class AgentEvent {
  /** The agent's id; the event goes to `agent:<agentId>`. */
  @RoomId()
  agentId!: string;

  @Optional()
  @Text(200)
  agentName?: string;

  /** The project the agent works for; the event goes to `project:<projectId>` too. */
  @Optional()
  @RoomId()
  projectId?: string;
}

/** An agent's status changed. */
export class AgentStatusChanged extends AgentEvent {
  @IsEnum(AgentStatus)
  status!: ValueOf<AgentStatus>;

  @Optional()
  @IsEnum(AgentStatus)
  previousStatus?: ValueOf<AgentStatus>;

  /** What the agent is working on, in words. */
  @Optional()
  @Text(500)
  currentTask?: string;

  /** Why the status changed, in words; the fault when the status is `error`. */
  @Optional()
  @Text(2_000)
  reason?: string;
}

/** An agent connected. */
export class AgentConnected extends AgentEvent {
  @Timestamp()
  connectedAt!: string;

  /** The version of the agent's software. */
  @Optional()
  @Text(64)
  version?: string;

  /** What the agent can do, by name. */
  @Optional()
  @TextList(100, 100)
  capabilities?: string[];
}

/** An agent's connection ended. */
export class AgentDisconnected extends AgentEvent {
  @IsEnum(AgentDisconnectReason)
  reason!: ValueOf<AgentDisconnectReason>;

  @Timestamp()
  disconnectedAt!: string;

  /** How long the agent had been connected, in milliseconds. */
  @Optional()
  @DurationMs()
  connectedForMs?: number;
}
