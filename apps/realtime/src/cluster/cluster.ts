import type { RevocationStore } from "@roomcast/auth";
import type { ReplicaRegistry } from "@roomcast/service";
import type { AdapterClass, EmitToReplicas } from "../delivery/fan-out-adapter.ts";
import type { ConnectionSlots } from "../sessions/connection-slots.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import type { RoomMembership } from "../subscriptions/room-membership.ts";

/** What the replicas share. */
export interface Cluster {
  replicaId: string;
  sessions: SessionStore;
  membership: RoomMembership;
  slots: ConnectionSlots;
  replicas: ReplicaRegistry;
  revocations: RevocationStore;
  /** Carries Socket.IO's own messages between replicas. */
  adapter: AdapterClass;
  emitToReplicas: EmitToReplicas;
  /** Throws the reason if the shared state cannot be used. */
  check(): void;
  close(): Promise<void>;
}
