import { IsEnum } from "../validation.ts";
import { CloudProvider } from "./account.ts";
import {
  Count,
  DurationMs,
  ExternalId,
  Optional,
  Text,
  TextList,
  Timestamp,
  type ValueOf,
} from "./constraints.ts";

/** The state of a cloud instance, in the words of EC2; other providers' states map to the nearest. */
export enum InstanceState {
  Pending = "pending",
  Running = "running",
  Stopping = "stopping",
  Stopped = "stopped",
  ShuttingDown = "shutting-down",
  Terminated = "terminated",
  /** The provider did not tell. */
  Unknown = "unknown",
}

/** What the health checks of a cloud instance say. */
export enum InstanceHealth {
  Healthy = "healthy",
  /** Works, with some checks failing. */
  Degraded = "degraded",
  Unhealthy = "unhealthy",
  /** Too few checks have answered. */
  Unknown = "unknown",
}

/** Where an instance event comes from. */
class InstanceOrigin {
  /** The account at the provider, such as `123456789012`: always text, leading zeros count. */
  @ExternalId()
  accountId!: string;

  @IsEnum(CloudProvider)
  provider!: ValueOf<CloudProvider>;
}

/** What events of one instance say of it. */
class InstanceEvent extends InstanceOrigin {
  /** Where it runs, such as `eu-central-1`. */
  @Text(64)
  region!: string;

  /** The provider's id, such as `i-0abc123`. */
  @ExternalId()
  instanceId!: string;

  @Optional()
  @Text(255)
  instanceName?: string;

  /** The provider's name of its size, such as `m7g.large`. */
  @Text(128)
  instanceType!: string;

  @Timestamp()
  changedAt!: string;

  /** Why, in words. */
  @Optional()
  @Text(2_000)
  reason?: string;
}

/** A cloud instance changed its state. */
export class InstanceStateChanged extends InstanceEvent {
  @IsEnum(InstanceState)
  state!: ValueOf<InstanceState>;

  @IsEnum(InstanceState)
  previousState!: ValueOf<InstanceState>;
}

/** The instances of an account were discovered. */
export class InstanceDiscoveryCompleted extends InstanceOrigin {
  /** One run of the discovery. */
  @ExternalId()
  discoveryId!: string;

  /** The region that was read; absent when it was all of them. */
  @Optional()
  @Text(64)
  region?: string;

  /** How many instances there are. */
  @Count()
  instancesFound!: number;

  /** How many of them were not known before. */
  @Count()
  instancesAdded!: number;

  /** How many known ones are gone. */
  @Count()
  instancesRemoved!: number;

  @Timestamp()
  completedAt!: string;

  /** From start to end, in milliseconds. */
  @DurationMs()
  durationMs!: number;
}

/** The health of a cloud instance changed. */
export class InstanceHealthChanged extends InstanceEvent {
  @IsEnum(InstanceHealth)
  health!: ValueOf<InstanceHealth>;

  @IsEnum(InstanceHealth)
  previousHealth!: ValueOf<InstanceHealth>;

  /** The names of the checks that fail. */
  @Optional()
  @TextList(100, 200)
  failedChecks?: string[];
}
