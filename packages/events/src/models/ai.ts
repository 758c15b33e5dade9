import { IsEnum } from "../validation.ts";
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
import { Severity } from "./notification.ts";

/** What a suggestion is about. */
export enum SuggestionCategory {
  BugFix = "bug_fix",
  Refactoring = "refactoring",
  Performance = "performance",
  Security = "security",
  Testing = "testing",
  Documentation = "documentation",
  Other = "other",
}

/** What an analysis looked for. */
export enum AnalysisType {
  CodeReview = "code_review",
  Security = "security",
  Performance = "performance",
  Dependencies = "dependencies",
  Architecture = "architecture",
  Other = "other",
}

/** What every AI event says of its origin. */
class AiEvent {
  /** The project it is about; the event goes to `project:<projectId>`. */
  @RoomId()
  projectId!: string;

  /** The user it was made for; the event goes to `user:<userId>` too. */
  @Optional()
  @RoomId()
  userId?: string;

  /** The agent that made it. */
  @Optional()
  @RoomId()
  agentId?: string;

  /** The name of the model that made it. */
  @Optional()
  @Text(128)
  model?: string;
}

/** The AI suggests a change. */
export class AiSuggestion extends AiEvent {
  @ExternalId()
  suggestionId!: string;

  @IsEnum(SuggestionCategory)
  category!: ValueOf<SuggestionCategory>;

  @Text(500)
  title!: string;

  /** The suggestion itself: text, Markdown or a patch. */
  @Text(20_000)
  content!: string;

  /** How sure the model is, 0 to 1. */
  @Fraction(1)
  confidence!: number;

  /** How much depends on it. */
  @Optional()
  @IsEnum(Severity)
  severity?: ValueOf<Severity>;

  /** The file it is about, relative to the repository's root. */
  @Optional()
  @Text(1_024)
  filePath?: string;

  /** The first line it is about, counted from 1. */
  @Optional()
  @Count(1)
  startLine?: number;

  /** The last line it is about. */
  @Optional()
  @Count(1)
  endLine?: number;
}

/** The AI finished an analysis. */
export class AiAnalysisComplete extends AiEvent {
  @ExternalId()
  analysisId!: string;

  @IsEnum(AnalysisType)
  analysisType!: ValueOf<AnalysisType>;

  /** What was analysed, in words: a branch, a file, a pull request. */
  @Optional()
  @Text(1_024)
  target?: string;

  /** The result in words. */
  @Text(20_000)
  summary!: string;

  /** How many findings the analysis has. */
  @Count()
  findingCount!: number;

  /** The gravest finding's severity. */
  @Optional()
  @IsEnum(Severity)
  highestSeverity?: ValueOf<Severity>;

  /** The overall mark, 0 (worst) to 100. */
  @Optional()
  @Fraction(100)
  score?: number;

  @Timestamp()
  completedAt!: string;

  /** From start to end, in milliseconds. */
  @DurationMs()
  durationMs!: number;
}
