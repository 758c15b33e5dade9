/**
 * What must never happen. The first five have the names of Jepsen's Kafka checker.
 *
 * - `lost-write`: acknowledged, and gone from the log, or delivered to nobody though somebody followed the room.
 * - `duplicate`: one session was given an event twice, or one idempotency key was written as two events.
 * - `poll-skip`: a client was given a later event of a room but not this one, and no reset told it so.
 * - `nonmonotonic-poll`: a room's events came out of the log's order.
 * - `inconsistent-offset`: one position names two events.
 * - `unfinished`: at the end a client still lacked the newest events of a room.
 * - `silent-rollback`: an event that a client was given exists no longer, and no reset told it so.
 * - `stray`: a client was given an event of no room it follows, one that its filter excludes, or one of the past that it
 *   did not ask for, such as a part of what a reset declared lost.
 * - `position-skip`: a client was told a position that passes an event of its rooms which it had not been given.
 * - `revoked-access`: an event published after a revocation reached the revoked, or the revocation never did.
 * - `gave-up`: a stock client stopped trying to connect, though nobody had revoked its user.
 * - `refused`: a room was refused for good, though nobody had taken it from the client.
 * - `unexpected-reset`, `unexpected-session`: told honestly, but this fault must not cause it.
 */
export type AnomalyKind =
  | "lost-write"
  | "duplicate"
  | "poll-skip"
  | "nonmonotonic-poll"
  | "inconsistent-offset"
  | "unfinished"
  | "silent-rollback"
  | "stray"
  | "position-skip"
  | "revoked-access"
  | "gave-up"
  | "refused"
  | "unexpected-reset"
  | "unexpected-session";

/** One thing that must not have happened. */
export interface Anomaly {
  kind: AnomalyKind;
  /** The client it happened to, if it is one's. */
  client?: string;
  room?: string;
  /** What exactly, for whoever looks for the cause. */
  detail: string;
}
