import { roomIdPattern } from "../rooms.ts";
import { IsEnum, IsJsonObject, IsOptional, IsUrl, Length, Matches, MaxLength } from "../validation.ts";

/** The state of a project. */
export enum ProjectStatus {
  Active = "active",
  Paused = "paused",
  Archived = "archived",
  Error = "error",
}

/** What every project event says of its project. */
class ProjectEvent {
  /** The project's id; the event goes to `project:<projectId>`. */
  @Matches(roomIdPattern)
  projectId!: string;

  @Length(1, 200)
  projectName!: string;

  @IsOptional()
  @IsUrl({ require_tld: false })
  @MaxLength(2_048)
  repositoryUrl?: string;
}

/** A project came to be. */
export class ProjectCreated extends ProjectEvent {
  @IsEnum(ProjectStatus)
  status!: ProjectStatus;

  /** The user who created it. */
  @Length(1, 128)
  createdBy!: string;
}

/** A project changed. */
export class ProjectUpdated extends ProjectEvent {
  @IsEnum(ProjectStatus)
  status!: ProjectStatus;

  /** The user who changed it. */
  @Length(1, 128)
  updatedBy!: string;

  /** The fields that changed, each with its new value. */
  @IsJsonObject()
  changes!: Record<string, unknown>;
}

/** A project was deleted. */
export class ProjectDeleted extends ProjectEvent {
  /** The user who deleted it. */
  @Length(1, 128)
  deletedBy!: string;
}
