import { ArrayMaxSize, IsArray, IsEnum, IsObject, Type, ValidateNested } from "../validation.ts";
import { Count, DurationMs, ExternalId, Optional, Text, Timestamp, type ValueOf } from "./constraints.ts";

/** How well a system or a part of it works. */
export enum HealthStatus {
  Healthy = "healthy",
  /** Works, slower or with parts missing. */
  Degraded = "degraded",
  Unhealthy = "unhealthy",
}

/** What a scan looks for. */
export enum ScanType {
  Security = "security",
  Cost = "cost",
  Inventory = "inventory",
  Compliance = "compliance",
  Other = "other",
}

/** How a scan ended. */
export enum ScanOutcome {
  Completed = "completed",
  /** Some of it could not be read. */
  Partial = "partial",
  Failed = "failed",
}

/** The health of one part of the system. */
export class ComponentHealth {
  @Text(100)
  name!: string;

  @IsEnum(HealthStatus)
  status!: ValueOf<HealthStatus>;

  /** How long its check took, in milliseconds. */
  @Optional()
  @DurationMs()
  latencyMs?: number;

  /** What is wrong, in words. */
  @Optional()
  @Text(1_000)
  message?: string;
}

/** How the system is, told to everyone. */
export class SystemHealthStatus {
  @IsEnum(HealthStatus)
  status!: ValueOf<HealthStatus>;

  @Optional()
  @IsEnum(HealthStatus)
  previousStatus?: ValueOf<HealthStatus>;

  /** The parts that were checked. */
  @IsArray()
  @ArrayMaxSize(100)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ComponentHealth)
  components!: ComponentHealth[];

  @Timestamp()
  checkedAt!: string;
}

/** What both scan events say of the scan. Everyone who is signed in reads them. */
class ScanEvent {
  /** One run of a scan; its start and its end carry the same id. */
  @ExternalId()
  scanId!: string;

  @IsEnum(ScanType)
  scanType!: ValueOf<ScanType>;

  /** What is scanned, in words. */
  @Optional()
  @Text(500)
  target?: string;
}

/** A scan started. */
export class SystemScanStarted extends ScanEvent {
  @Timestamp()
  startedAt!: string;

  /** The user or the system that started it. */
  @Optional()
  @Text(128)
  startedBy?: string;
}

/** A scan ended. */
export class SystemScanCompleted extends ScanEvent {
  @IsEnum(ScanOutcome)
  outcome!: ValueOf<ScanOutcome>;

  /** How many items were looked at. */
  @Count()
  scannedItems!: number;

  /** How many findings there are. */
  @Count()
  findingCount!: number;

  @Timestamp()
  completedAt!: string;

  /** From start to end, in milliseconds. */
  @DurationMs()
  durationMs!: number;

  /** What went wrong, in words. */
  @Optional()
  @Text(2_000)
  error?: string;
}

/** A sign of life for whoever is connected; it is kept in no history. */
export class SystemHeartbeat {
  /** The publisher's clock. */
  @Timestamp()
  serverTime!: string;

  /** In how many milliseconds the next one is due. */
  @DurationMs()
  intervalMs!: number;
}
