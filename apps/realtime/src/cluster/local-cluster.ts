import { randomUUID } from "node:crypto";
import { MemoryRevocationStore } from "@roomcast/auth";
import { MemoryReplicaRegistry, type ReplicaRegistry } from "@roomcast/service";
import { LocalAdapter } from "../delivery/fan-out-adapter.ts";
import type { ConnectionPolicy } from "../sessions/connection-slots.ts";
import { sessionBounds } from "../sessions/session-store.ts";
import type { Cluster } from "./cluster.ts";
import { MemoryConnectionSlots } from "./memory-connection-slots.ts";
import { MemoryRoomMembership } from "./memory-room-membership.ts";
import { MemorySessionStore } from "./memory-session-store.ts";

export interface LocalClusterOptions {
  sessionTtlMs: number;
  maxSessionsPerUser: number;
  maxConnectionsPerUser: number;
  connectionPolicy: ConnectionPolicy;
  revocationTtlMs: number;
  replicas?: ReplicaRegistry;
}

/** A cluster of this process alone. */
export function createLocalCluster(options: LocalClusterOptions): Cluster {
  const replicaId = randomUUID();
  const membership = new MemoryRoomMembership(replicaId);
  return {
    replicaId,
    sessions: new MemorySessionStore(sessionBounds(options)),
    membership,
    slots: new MemoryConnectionSlots(replicaId, {
      max: options.maxConnectionsPerUser,
      policy: options.connectionPolicy,
    }),
    replicas: options.replicas ?? new MemoryReplicaRegistry(),
    revocations: new MemoryRevocationStore({ ttlMs: options.revocationTtlMs }),
    adapter: LocalAdapter,
    emitToReplicas: () => undefined,
    check: () => undefined,
    close: () => membership.close(),
  };
}
