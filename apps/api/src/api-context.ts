import type { Revoker, RoomAccess, TokenVerifier } from "@roomcast/auth";
import type { EventBroadcaster } from "@roomcast/broadcaster";
import type { ClientAddresses, Health, Logger, ReplicaStats } from "@roomcast/service";

/** Where the numbers of the realtime replicas come from. */
export interface StatsSource {
  read(): Promise<{ replicas: readonly ReplicaStats[] }>;
}

/** What the API needs of the process it runs in. */
export interface ApiContext {
  broadcaster: Pick<EventBroadcaster, "prepare" | "prepareMany" | "commit" | "commitAll">;
  verifier: Pick<TokenVerifier, "verify">;
  /** Whose API key it is, if it is one. */
  apiKeys: (presented: string) => { name: string } | undefined;
  roomAccess: Pick<RoomAccess, "mayEnter">;
  stats: StatsSource;
  revoker: Pick<Revoker, "revoke">;
  logger: Pick<Logger, "debug" | "info" | "warn" | "error">;
  /** Without it the webhook route does not exist. */
  github?: { secret: string };
  health: Pick<Health, "report">;
  /** Where callers come from, for the log. */
  addresses: Pick<ClientAddresses, "of">;
  /** Origins whose pages may call the API; `*` for all. */
  corsOrigins: readonly string[];
}
