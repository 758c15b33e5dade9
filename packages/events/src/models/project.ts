import { IsEnum, IsJsonObject } from "../validation.ts";
import { Link, Optional, RoomId, Text, type ValueOf } from "./constraints.ts";

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
  @RoomId()
  projectId!: string;

  @Text(200)
  projectName!: string;

  /** The web address of the project's repository. */
  @Optional()
  @Link()
  repositoryUrl?: string;
}

/** A project came to be. */
export class ProjectCreated extends ProjectEvent {
  @IsEnum(ProjectStatus)
  status!: ValueOf<ProjectStatus>;

  /** The user who created it. */
  @Text(128)
  createdBy!: string;
}

/** A project changed. */
export class ProjectUpdated extends ProjectEvent {
  @IsEnum(ProjectStatus)
  status!: ValueOf<ProjectStatus>;

  /** The user who changed it. */
  @Text(128)
  updatedBy!: string;

  /** The fields that changed, each with its new value. */
  @IsJsonObject()
  changes!: Record<string, unknown>;
}

/** A project was deleted. */
export class ProjectDeleted extends ProjectEvent {
  /** The user who deleted it. */
  @Text(128)
  deletedBy!: string;
}
