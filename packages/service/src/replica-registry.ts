/** What a realtime replica reports about itself. */
export interface ReplicaStats {
  replicaId: string;
  /** ISO 8601. */
  startedAt: string;
  connections: number;
  users: number;
  rooms: number;
  subscriptions: number;
  /** Events written to clients since the start. */
  delivered: number;
  /** Offset of the last delivered log entry. */
  offset: number;
}

/** The replicas that are alive, and their latest stats. */
export interface ReplicaRegistry {
  /** Announces that this replica is alive. Repeat it well within the registry's time to live. */
  announce(stats: ReplicaStats): Promise<void>;
  /** Returns the live replicas, ordered by id. */
  list(): Promise<ReplicaStats[]>;
  /** Removes this instance's announcement. */
  leave(): Promise<void>;
}

/** The registry of a single process. */
export class MemoryReplicaRegistry implements ReplicaRegistry {
  #stats: ReplicaStats | undefined;

  async announce(stats: ReplicaStats): Promise<void> {
    this.#stats = { ...stats };
  }

  async list(): Promise<ReplicaStats[]> {
    return this.#stats === undefined ? [] : [{ ...this.#stats }];
  }

  async leave(): Promise<void> {
    this.#stats = undefined;
  }
}
