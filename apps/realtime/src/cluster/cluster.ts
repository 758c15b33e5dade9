import type { RevocationStore } from "@roomcast/auth";
import type { ReplicaRegistry } from "@roomcast/service";
import type { AdapterClass, EmitToReplicas } from "../delivery/fan-out-adapter.ts";
import type { ConnectionSlots } from "../sessions/connection-slots.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import type { RoomMembership } from "../subscriptions/room-membership.ts";

/** What the replicas have in common. */
export interface Cluster {
  replicaId: string;
  sessions: SessionStore;
  membership: RoomMembership;
  slots: ConnectionSlots;
  replicas: ReplicaRegistry;
  revocations: RevocationStore;
  /** What Socket.IO's own messages between replicas travel by. */
  adapter: AdapterClass;
  emitToReplicas: EmitToReplicas;
  /** Whether what the replicas share can be used; throws the reason if not. */
  check(): void;
  close(): Promise<void>;
}
