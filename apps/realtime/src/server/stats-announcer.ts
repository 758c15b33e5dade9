import type { LogFollower } from "@roomcast/event-log";
import type { ReplicaStats } from "@roomcast/service";
import type { Cluster } from "../cluster/cluster.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { Relay } from "../subscriptions/relay.ts";
import type { RoomManager } from "../subscriptions/room-manager.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";

const announceMs = 5_000;

export interface StatsAnnouncerOptions {
  cluster: Pick<Cluster, "replicas" | "replicaId">;
  sessions: SessionRegistry;
  rooms: RoomManager;
  subscriptions: SubscriptionManager;
  relay: Relay;
  follower: Pick<LogFollower, "position">;
  onError: (error: Error) => void;
}

/** Announces this replica and its load to the replica registry at regular intervals. */
export class StatsAnnouncer {
  readonly #options: StatsAnnouncerOptions;
  readonly #startedAt = new Date().toISOString();
  readonly #timer: NodeJS.Timeout;

  constructor(options: StatsAnnouncerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#announce(), announceMs);
    this.#announce();
  }

  /** Removes this replica from the registry. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.cluster.replicas.leave().catch(this.#options.onError);
  }

  #announce(): void {
    const { cluster, onError } = this.#options;
    // A registry that is not connected may throw synchronously.
    Promise.resolve()
      .then(() => cluster.replicas.announce(this.#stats()))
      .catch(onError);
  }

  #stats(): ReplicaStats {
    const { cluster, sessions, rooms, subscriptions, relay, follower } = this.#options;
    return {
      replicaId: cluster.replicaId,
      startedAt: this.#startedAt,
      connections: sessions.size,
      users: sessions.users,
      rooms: rooms.size,
      subscriptions: subscriptions.size,
      delivered: relay.delivered,
      offset: follower.position.offset,
    };
  }
}
