import { randomUUID } from "node:crypto";
import { MemoryRevocationStore } from "@roomcast/auth";
import { MemoryReplicaRegistry, type ReplicaRegistry } from "@roomcast/service";
import { LocalAdapter } from "../delivery/fan-out-adapter.ts";
import { MemoryRoomDirectory } from "../rooms/memory-room-directory.ts";
import { MemorySessionStore } from "../sessions/memory-session-store.ts";
import type { Cluster } from "./cluster.ts";
import { MemoryConnectionLeases } from "./memory-connection-leases.ts";

export interface LocalClusterOptions {
  sessionTtlMs: number;
  maxConnectionsPerUser: number;
  revocationTtlMs: number;
  replicas?: ReplicaRegistry;
}

/** A cluster of this process alone. */
export function createLocalCluster(options: LocalClusterOptions): Cluster {
  const replicaId = randomUUID();
  const directory = new MemoryRoomDirectory(replicaId);
  return {
    replicaId,
    sessions: new MemorySessionStore({ ttlMs: options.sessionTtlMs }),
    directory,
    leases: new MemoryConnectionLeases(options.maxConnectionsPerUser),
    replicas: options.replicas ?? new MemoryReplicaRegistry(),
    revocations: new MemoryRevocationStore({ ttlMs: options.revocationTtlMs }),
    adapter: LocalAdapter,
    check: () => undefined,
    close: () => directory.close(),
  };
}
