import { IsEnum } from "../validation.ts";
import {
  Amount,
  Currency,
  ExternalId,
  Optional,
  RoomId,
  Text,
  Timestamp,
  type ValueOf,
} from "./constraints.ts";

/** How grave something is. */
export enum Severity {
  Critical = "critical",
  High = "high",
  Medium = "medium",
  Low = "low",
  Info = "info",
}

/** What could be done to spend less or to run better. */
export enum OptimizationCategory {
  /** Take a size that fits the load. */
  Rightsize = "rightsize",
  /** Remove what nobody uses. */
  RemoveIdle = "remove_idle",
  /** Commit to capacity in advance. */
  ReservedCapacity = "reserved_capacity",
  /** Run it only when it is needed. */
  Schedule = "schedule",
  /** Move data to a cheaper class of storage. */
  StorageClass = "storage_class",
  Other = "other",
}

/** How much work it is to follow a recommendation. */
export enum Effort {
  Low = "low",
  Medium = "medium",
  High = "high",
}

/** What every notification says. */
class NotificationEvent {
  @ExternalId()
  notificationId!: string;

  /** The cloud account it is about, such as `123456789012`: always text, leading zeros count. */
  @ExternalId()
  accountId!: string;

  /** The region it is about, such as `eu-central-1`; absent when it is the whole account. */
  @Optional()
  @Text(64)
  region?: string;

  /** The user it concerns most; it goes to `user:<userId>` beside `channel:notifications`. */
  @Optional()
  @RoomId()
  userId?: string;

  @IsEnum(Severity)
  severity!: ValueOf<Severity>;

  @Text(500)
  title!: string;

  /** What a person should know, in words. */
  @Text(4_000)
  message!: string;
}

/** Spending crossed a limit, or is about to. */
export class CostAlert extends NotificationEvent {
  /** What was spent in the period so far, in units of `currency`: 12.5 is twelve dollars fifty. */
  @Amount()
  amount!: number;

  /** The limit, in units of `currency`. */
  @Amount()
  threshold!: number;

  /** What the whole period is expected to cost, in units of `currency`. */
  @Optional()
  @Amount()
  forecastAmount?: number;

  /** The currency of every amount here, by its ISO 4217 code in capitals, such as `USD`. */
  @Currency()
  currency!: string;

  @Timestamp()
  periodStart!: string;

  /** The first moment that no longer belongs to the period. */
  @Timestamp()
  periodEnd!: string;

  /** The provider's service that causes the cost, such as `AmazonEC2`; absent when it is the whole bill. */
  @Optional()
  @Text(128)
  service?: string;
}

/** What notifications about one cloud resource say of it. */
class ResourceNotification extends NotificationEvent {
  /** The provider's id of the resource, such as its ARN. */
  @ExternalId()
  resourceId!: string;

  /** What kind of resource it is, such as `ec2:instance`. */
  @Text(128)
  resourceType!: string;
}

/** A weakness was found in a cloud resource. */
export class SecurityFinding extends ResourceNotification {
  @ExternalId()
  findingId!: string;

  /** The rule that was broken, such as `CIS-1.4` or `CVE-2021-44228`. */
  @Optional()
  @Text(128)
  rule?: string;

  /** What to do about it, in words. */
  @Optional()
  @Text(4_000)
  remediation?: string;

  @Timestamp()
  detectedAt!: string;
}

/** Something could be cheaper or better. */
export class OptimizationRecommendation extends ResourceNotification {
  @ExternalId()
  recommendationId!: string;

  @IsEnum(OptimizationCategory)
  category!: ValueOf<OptimizationCategory>;

  /** What it would save in a month, in units of `currency`. */
  @Amount()
  estimatedMonthlySavings!: number;

  /** The currency of the savings, by its ISO 4217 code in capitals, such as `USD`. */
  @Currency()
  currency!: string;

  @Optional()
  @IsEnum(Effort)
  effort?: ValueOf<Effort>;
}
