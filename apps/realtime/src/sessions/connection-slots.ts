/**
 * Which connection of a user is disconnected beyond the limit. With both policies one that does not answer
 * its ping goes first.
 */
export const connectionPolicies = ["end-oldest", "refuse-newest"] as const;

export type ConnectionPolicy = (typeof connectionPolicies)[number];

/** For this time, ms, a session that was disconnected for another takes only a free slot. */
export const endedLatelyMs = 10_000;

/** How many connections a user may have on all replicas. */
export interface SlotLimit {
  max: number;
  policy: ConnectionPolicy;
}

/** A session as the holder of a slot. */
export interface SlotHolder {
  readonly id: string;
  readonly userId: string;
}

/** What a replica has noticed about a connection since its last report. */
export interface SlotChange extends SlotHolder {
  /** Time since the last command; undefined if there is no news. */
  idleMs: number | undefined;
  /** Whether its ping is unanswered. */
  isSilent: boolean;
}

/** A slot that another connection of the user took. */
export interface LostSlot {
  sessionId: string;
  /**
   * `full`: the user has opened more connections than allowed. `moved`: the session is connected elsewhere.
   */
  reason: "full" | "moved";
  /** Identifies the loss, to be handed back when it is handled. */
  token: string;
}

/** What a replica reports with each renewal. */
export interface SlotReport {
  changes: readonly SlotChange[];
  /** The losses that it has handled. */
  handled: readonly LostSlot[];
  /** All sessions with a slot here; asked when the stored slots may be wrong. */
  holders: () => readonly SlotHolder[];
  /** Whether a session still has a slot here. */
  holds: (sessionId: string) => boolean;
}

/**
 * The slots of users' connections on all replicas. A replica has one lease and renews it for all of its slots
 * at once; the slots of a dead replica stop counting when its lease ends. The store decides which session has
 * a slot. A session that lost its slot learns of it with its replica's next renewal.
 */
export interface ConnectionSlots {
  /** How often `renew` is to be called, in milliseconds. */
  readonly renewMs: number;
  /**
   * Takes a slot. A session that has one keeps it. The session that it `replaces`, of the same user, gives
   * its slot up. A session that was disconnected for another within `endedLatelyMs`, or replaces such a
   * session, disconnects no other in turn under either policy. Resolves with the replicas whose sessions
   * lost slots; they should renew soon. Rejects with `too_many_connections`, or with `unavailable` when a
   * slot may be free in a moment.
   */
  acquire(holder: SlotHolder, replaces?: string): Promise<readonly string[]>;
  /**
   * Releases a slot unless another replica has it. Rejects with `unavailable`; the next renewal makes up for
   * it.
   */
  release(holder: SlotHolder): Promise<void>;
  /** Renews the lease; resolves with the slots that its sessions have lost. Rejects with `unavailable`. */
  renew(report: SlotReport): Promise<LostSlot[]>;
  /** Extends the lifetime of users' stored slots by some hours. */
  touch(userIds: readonly string[]): Promise<void>;
  /** Ends the lease. */
  close(): Promise<void>;
}
