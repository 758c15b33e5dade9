import { IsString, Matches, MaxLength } from "../validation.ts";
import { Count, Link, Optional, RoomId, Text, Timestamp } from "./constraints.ts";

/** What pull requests and issues have in common: they are numbered within a repository. */
export class RepositoryItem {
  /** The project the repository belongs to; the event goes to `project:<projectId>`. */
  @RoomId()
  projectId!: string;

  /** The repository's full name, such as `acme/shop`. */
  @Matches(/^[\w.-]+(?:\/[\w.-]+)+$/, { message: "$property must be a full name such as acme/shop" })
  @MaxLength(255)
  repository!: string;

  /** Its number within the repository. */
  @Count(1)
  number!: number;

  /** Its title, which may be empty. */
  @IsString()
  @MaxLength(1_024)
  title!: string;

  /** Its web page. */
  @Link()
  url!: string;

  /** The login of who opened it, such as `octocat` or `dependabot[bot]`; `ghost` if the account is gone. */
  @Text(128)
  author!: string;

  /** The login of who did what the event tells. */
  @Text(128)
  sender!: string;

  /** The title of its milestone. */
  @Optional()
  @Text(255)
  milestone?: string;

  @Timestamp()
  createdAt!: string;

  @Timestamp()
  updatedAt!: string;
}
