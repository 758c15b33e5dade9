/** What a realtime replica says of itself. */
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
  /** Offset of the last log entry delivered. */
  offset: number;
}

/** Which replicas are alive, and what they last said of themselves. */
export interface ReplicaRegistry {
  /** Says that this replica is alive; to be repeated well within the registry's time to live. */
  announce(stats: ReplicaStats): Promise<void>;
  /** The living replicas, ordered by id. */
  list(): Promise<ReplicaStats[]>;
  /** Takes away what this instance announced. */
  leave(): Promise<void>;
}

/** The registry of a process that has no others beside it. */
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
