import { IsEnum } from "../validation.ts";
import { Optional, SnakeCase, TextList, Timestamp, type ValueOf } from "./constraints.ts";
import { RepositoryItem } from "./repository-item.ts";

/** Whether an issue is open. */
export enum IssueState {
  Open = "open",
  Closed = "closed",
}

/** An issue as it was right after the event. */
class IssueEvent extends RepositoryItem {
  /** The names of its labels; absent when the source did not tell. */
  @Optional()
  @TextList(250, 255)
  labels?: string[];

  /** The logins it is assigned to; absent when the source did not tell. */
  @Optional()
  @TextList(250, 128)
  assignees?: string[];
}

/** An issue was opened. */
export class IssueCreated extends IssueEvent {
  @IsEnum(IssueState)
  state!: ValueOf<IssueState>;
}

/** An issue changed, in whatever way but being opened or closed; also when it was deleted or transferred. */
export class IssueUpdated extends IssueEvent {
  /** What was done, in GitHub's words: `edited`, `labeled`, `assigned`, `reopened`, `deleted` … */
  @SnakeCase()
  action!: string;

  /** Absent when the source did not tell: GitHub has sent `pinned` without it. */
  @Optional()
  @IsEnum(IssueState)
  state?: ValueOf<IssueState>;

  /** When it was closed last; GitHub keeps it on a reopened issue. */
  @Optional()
  @Timestamp()
  closedAt?: string;
}

/** An issue was closed. */
export class IssueClosed extends IssueEvent {
  @IsEnum(IssueState)
  state!: ValueOf<IssueState>;

  @Timestamp()
  closedAt!: string;

  /** Why, in GitHub's words: `completed`, `not_planned`, `duplicate` … */
  @Optional()
  @SnakeCase()
  stateReason?: string;
}
