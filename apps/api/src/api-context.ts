import type { Revoker, RoomAccess, TokenVerifier } from "@roomcast/auth";
import type { EventBroadcaster } from "@roomcast/broadcaster";
import type { ClientAddresses, Health, Logger, ReplicaStats } from "@roomcast/service";

/** Reads the stats of the realtime replicas. */
export interface StatsSource {
  read(): Promise<{ replicas: readonly ReplicaStats[] }>;
}

/** Everything that the API needs from its process. */
export interface ApiContext {
  broadcaster: Pick<EventBroadcaster, "prepare" | "prepareMany" | "commit" | "commitAll">;
  verifier: Pick<TokenVerifier, "verify">;
  /** Returns the name of a valid API key, else undefined. */
  apiKeys: (presented: string) => { name: string } | undefined;
  roomAccess: Pick<RoomAccess, "mayEnter">;
  stats: StatsSource;
  revoker: Pick<Revoker, "revoke">;
  logger: Pick<Logger, "debug" | "info" | "warn" | "error">;
  /** Without it, the webhook route does not exist. */
  github?: { secret: string };
  health: Pick<Health, "report">;
  /** Finds the callers' addresses, for the log. */
  addresses: Pick<ClientAddresses, "of">;
  /** Origins whose pages may call the API. `*` means all. */
  corsOrigins: readonly string[];
}
