import { IsBoolean, IsEnum } from "../validation.ts";
import {
  Count,
  ExternalId,
  Fraction,
  Optional,
  Text,
  TextList,
  Timestamp,
  type ValueOf,
} from "./constraints.ts";

/** Whose cloud it is. */
export enum CloudProvider {
  Aws = "aws",
  Azure = "azure",
  Gcp = "gcp",
  Other = "other",
}

/** Whether the account's API can be used. */
export enum AccountConnectionStatus {
  Connecting = "connecting",
  Connected = "connected",
  Disconnected = "disconnected",
  /** The last calls failed. */
  Error = "error",
  /** The credentials are no longer valid. */
  Expired = "expired",
}

/** What every account event says of its cloud account. */
class AccountEvent {
  /** The account at the provider, such as `123456789012`: always text, leading zeros count. */
  @ExternalId()
  accountId!: string;

  @Optional()
  @Text(200)
  accountName?: string;

  @IsEnum(CloudProvider)
  provider!: ValueOf<CloudProvider>;

  /** The region the event is about, such as `eu-central-1`; absent when it is the whole account. */
  @Optional()
  @Text(64)
  region?: string;
}

/** The connection to a cloud account changed. */
export class AccountConnectionChanged extends AccountEvent {
  @IsEnum(AccountConnectionStatus)
  status!: ValueOf<AccountConnectionStatus>;

  @Optional()
  @IsEnum(AccountConnectionStatus)
  previousStatus?: ValueOf<AccountConnectionStatus>;

  @Timestamp()
  changedAt!: string;

  /** Why, in words. */
  @Optional()
  @Text(2_000)
  reason?: string;
}

/** The discovery of an account's resources got further; `region` is the one being read. */
export class AccountDiscoveryProgress extends AccountEvent {
  /** One run of the discovery. */
  @ExternalId()
  discoveryId!: string;

  /** How much is done, 0 to 100. */
  @Fraction(100)
  progressPercent!: number;

  /** How many resources were found so far. */
  @Count()
  resourcesFound!: number;

  /** How many regions are done. */
  @Optional()
  @Count()
  completedRegions?: number;

  /** How many regions will be read. */
  @Optional()
  @Count(1)
  totalRegions?: number;
}

/** The credentials of a cloud account were checked. */
export class AccountCredentialsValidated extends AccountEvent {
  @IsBoolean()
  valid!: boolean;

  @Timestamp()
  validatedAt!: string;

  /** When the credentials will expire. */
  @Optional()
  @Timestamp()
  expiresAt?: string;

  /** Permissions that are needed and not granted, by the provider's names. */
  @Optional()
  @TextList(500, 200)
  missingPermissions?: string[];

  /** Why they are not valid, in words. Never put a secret here. */
  @Optional()
  @Text(2_000)
  error?: string;
}
