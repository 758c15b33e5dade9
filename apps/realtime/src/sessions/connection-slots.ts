/** Which of a user's connections gives way beyond the limit; in both cases one that does not answer its ping does first. */
export const connectionPolicies = ["end-oldest", "refuse-newest"] as const;

export type ConnectionPolicy = (typeof connectionPolicies)[number];

/** For so long a session that was ended for another takes no slot but a free one. */
export const endedLatelyMs = 10_000;

/** How many connections a user may have, over all replicas. */
export interface SlotLimit {
  max: number;
  policy: ConnectionPolicy;
}

/** A session as the holder of a slot. */
export interface SlotHolder {
  readonly id: string;
  readonly userId: string;
}

/** What a replica has noticed of a connection since it last told. */
export interface SlotChange extends SlotHolder {
  /** Since the last command; undefined for no news. */
  idleMs: number | undefined;
  /** Whether its ping goes unanswered. */
  isSilent: boolean;
}

/** A slot that went to another connection of the user. */
export interface LostSlot {
  sessionId: string;
  /** `full`: the user has opened more connections than allowed. `moved`: the session is connected elsewhere. */
  reason: "full" | "moved";
  /** Names the loss, to be handed back when it is dealt with. */
  token: string;
}

/** What a replica says of itself with each renewal. */
export interface SlotReport {
  changes: readonly SlotChange[];
  /** The losses that it has dealt with. */
  handled: readonly LostSlot[];
  /** Everyone who has a slot here; asked when what is stored may be wrong. */
  holders: () => readonly SlotHolder[];
  /** Whether a session still has a slot here. */
  holds: (sessionId: string) => boolean;
}

/**
 * The slots of users' connections, over all replicas. A replica has one lease, and renews it for all of its slots at
 * once: the slots of a dead one count for nothing when its lease ends. Who has a slot is decided where it is stored; the
 * loser learns of it by the next renewal.
 */
export interface ConnectionSlots {
  /** How often `renew` is to be called, in milliseconds. */
  readonly renewMs: number;
  /**
   * Takes a slot; a session that has one keeps it, and one it `replaces`, of the same user, gives its own. One that was
   * ended for another lately, or replaces such a one, ends none in turn, whatever the policy. Resolves with
   * the replicas on which others have lost theirs, which should renew soon. Rejects with `too_many_connections`, or
   * with `unavailable` when there may be a slot in a moment.
   */
  acquire(holder: SlotHolder, replaces?: string): Promise<readonly string[]>;
  /** Gives a slot back, unless another replica has it by now. Rejects with `unavailable`; the next renewal makes up for it. */
  release(holder: SlotHolder): Promise<void>;
  /** Says that this replica lives; resolves with the slots that its sessions have lost. Rejects with `unavailable`. */
  renew(report: SlotReport): Promise<LostSlot[]>;
  /** Keeps what is stored of users for some hours more. */
  touch(userIds: readonly string[]): Promise<void>;
  /** Ends the lease. */
  close(): Promise<void>;
}
