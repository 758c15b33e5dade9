/**
 * What must never happen. The first five have the names of Jepsen's Kafka checker.
 *
 * - `lost-write`: an acknowledged event is missing in the log, or no client received it although one followed
 *   the room.
 * - `duplicate`: one session received an event twice, or one idempotency key was written as two events.
 * - `poll-skip`: a client received a later event of a room but not this one, without a reset.
 * - `nonmonotonic-poll`: a room's events arrived out of the log's order.
 * - `inconsistent-offset`: one position names two events.
 * - `unfinished`: at the end a client still lacked the newest events of a room.
 * - `silent-rollback`: an event that a client received no longer exists, without a reset.
 * - `stray`: a client received an event of no room that it follows, an event that its filter excludes, or an
 *   old event that it did not ask for, such as one that a reset declared lost.
 * - `position-skip`: a client received a position past an event of its rooms that it had not received.
 * - `revoked-access`: a revoked client received an event that was published after the revocation, or the
 *   revocation never reached it.
 * - `gave-up`: a stock client stopped reconnecting, although its user was not revoked.
 * - `refused`: a room was refused for good, although it was not revoked for the client.
 * - `unexpected-reset`, `unexpected-session`: reported correctly, but this fault must not cause it.
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

/** One violation of the promise. */
export interface Anomaly {
  kind: AnomalyKind;
  /** The client that it happened to, if it concerns one client. */
  client?: string;
  room?: string;
  /** Details that help to find the cause. */
  detail: string;
}
