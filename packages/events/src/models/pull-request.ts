import { IsBoolean, IsEnum } from "../validation.ts";
import { Optional, SnakeCase, Text, TextList, Timestamp, type ValueOf } from "./constraints.ts";
import { RepositoryItem } from "./repository-item.ts";

/** Whether a pull request is open; `merged` tells how a closed one ended. */
export enum PullRequestState {
  Open = "open",
  Closed = "closed",
}

/** A pull request as it was right after the event: a client may replace what it knew of it. */
class PullRequestEvent extends RepositoryItem {
  @IsEnum(PullRequestState)
  state!: ValueOf<PullRequestState>;

  @IsBoolean()
  draft!: boolean;

  @IsBoolean()
  merged!: boolean;

  /** The branch it is to be merged into. */
  @Text(255)
  baseBranch!: string;

  /** The branch with the changes. */
  @Text(255)
  headBranch!: string;

  /** The names of its labels. */
  @TextList(250, 255)
  labels!: string[];

  /** The logins it is assigned to. */
  @TextList(250, 128)
  assignees!: string[];
}

/** A pull request was opened. */
export class PullRequestCreated extends PullRequestEvent {}

/** A pull request changed, in whatever way but being opened or closed. */
export class PullRequestUpdated extends PullRequestEvent {
  /** What was done, in GitHub's words: `synchronize`, `labeled`, `review_requested`, `reopened` … */
  @SnakeCase()
  action!: string;

  /** When it was closed, if it is closed. */
  @Optional()
  @Timestamp()
  closedAt?: string;

  /** When it was merged, if it was. */
  @Optional()
  @Timestamp()
  mergedAt?: string;
}

/** A pull request was merged or closed unmerged. */
export class PullRequestClosed extends PullRequestEvent {
  @Timestamp()
  closedAt!: string;

  /** When it was merged, if it was. */
  @Optional()
  @Timestamp()
  mergedAt?: string;

  /** The login of who merged it. */
  @Optional()
  @Text(128)
  mergedBy?: string;
}
