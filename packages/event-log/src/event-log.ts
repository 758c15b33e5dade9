import type { HistoryBounds, Position, RoomKind, RoomName } from "@roomcast/events";

/** An entry is an event for clients, a control for replicas, or a heartbeat. */
export type EntryKind = "event" | "control" | "heartbeat";

/** One entry to append. */
export interface AppendRequest {
  kind: EntryKind;
  /** The event's unique id. A suppressed duplicate is answered with the first append's id. */
  id: string;
  /** The event type, or the name of the control. */
  type: string;
  /** The rooms whose histories store the event, primary room first. */
  rooms: readonly RoomName[];
  /** The envelope (or control) as JSON text; the log never parses it. */
  json: string;
  /** The entry is stored in the log only, not in any room's history. */
  transient?: boolean;
  /**
   * Makes it safe to retry the same content.
   * Other content under the same key fails with `idempotency_conflict`.
   */
  idempotency?: { key: string; fingerprint: string };
  /**
   * `replicated` also waits until a Redis replica has the entry. `replicated_if_any` waits only if a replica
   * is connected. Without an answer in time, the append fails with `not_replicated`. Default `primary`.
   */
  ack?: "primary" | "replicated" | "replicated_if_any";
}

/** The result of an append whose entry is committed. */
export interface Appended {
  id: string;
  position: Position;
  /**
   * Whether the idempotency key was known.
   * Then nothing was written; `id` and `position` are the first append's.
   */
  duplicate: boolean;
}

/** One committed entry. */
export interface LogEntry {
  offset: number;
  epoch: string;
  timeMs: number;
  kind: EntryKind;
  type: string;
  rooms: readonly RoomName[];
  transient: boolean;
  json: string;
}

/** One unbroken life of the log. It owns every offset from `first` up to the next epoch's `first`. */
export interface Epoch {
  name: string;
  first: number;
}

/** The end of the log. */
export interface LogHead {
  /** Offset of the newest entry; 0 for an empty log. */
  offset: number;
  /** Oldest first; the last one is current. */
  epochs: readonly Epoch[];
}

/**
 * A room's entries after offset `after` up to offset `until`. Without `after`, the newest `limit` entries.
 */
export interface HistoryRange {
  after?: number;
  until?: number;
  limit: number;
}

/** Part of a room's history, oldest first. */
export interface HistorySlice {
  entries: LogEntry[];
  /** Whether no entry between `after` and the first entry (or `until`) is missing. */
  complete: boolean;
  /** Whether the limit left out newer entries of the range. */
  more: boolean;
}

/** Why a follower could not continue without a gap. */
export type DiscontinuityReason = "trimmed" | "epoch" | "diverged" | "unheard";

/** Receives what a follower reads: in the order of the log, synchronously, one call after the other. */
export interface LogSink {
  /** The next entry. */
  entry(entry: LogEntry): void;
  /**
   * The delivered entries and the log no longer join. Once this resolves, the follower continues after
   * `resumeAt`.
   * - `diverged`, `epoch`: delivered entries after `cut` no longer exist.
   * - `trimmed`: the log no longer has the entries after `cut` up to `resumeAt`; only histories may still
   *   have them.
   * - `unheard`: the delivered entries still stand and the follower continues where it is, but it has missed
   *   entries for good: some cannot be read, or an epoch ended that may have had more.
   */
  onDiscontinuity(
    reason: DiscontinuityReason,
    cut: number,
    resumeAt: number,
    head: LogHead,
  ): void | Promise<void>;
  /** Reports whether the follower hears the log. Readiness depends on it. */
  connected(isConnected: boolean): void;
}

/** A running reader of the log. */
export interface LogFollower {
  /** The last entry that was delivered to the sink. */
  readonly position: Position;
  /** The newest known end of the log, with every epoch that the follower knows. */
  readonly head: LogHead;
  /** Resolves true when the follower has delivered up to `offset`, false after `timeoutMs`. */
  reached(offset: number, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * The ordered log and the histories of its rooms. Every failure is a `ProtocolError`: `unavailable` (nothing
 * was written), `timeout` (unknown: retry with the same idempotency key), `overloaded`,
 * `idempotency_conflict`, `not_replicated`; or `invalid_room`, `invalid_event`, `invalid_command` for a
 * request that the log can never accept.
 */
export interface EventLog {
  /**
   * Commits one entry atomically to the log and to its rooms' histories. Calls commit in the order in which
   * they were made, or not at all. When a call fails, the calls behind it that are not yet written fail with
   * `unavailable`.
   */
  append(request: AppendRequest): Promise<Appended>;
  /**
   * Commits up to 256 entries in order, with no other entry between them, and returns the outcome of each.
   * They fail together, except for `idempotency_conflict`. Rejects, with nothing written, if the log can
   * never accept one of the requests, and with `payload_too_large` if there are too many or they exceed 2
   * MiB.
   */
  appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]>;
  /** Returns the current end of the log. */
  head(): Promise<LogHead>;
  /** Follows the log from its current head. Resolves once the follower listens. */
  follow(sink: LogSink): Promise<LogFollower>;
  /** Reads part of a room's history. */
  history(room: RoomName, range: HistoryRange): Promise<HistorySlice>;
  close(): Promise<void>;
}

/** Options that both implementations share. */
export interface EventLogOptions {
  /** How many entries the log keeps for replicas that fell behind. Default 100,000. */
  maxEntries?: number;
  /** Bounds of the room histories by kind; default: those of `roomKinds`. */
  history?: Partial<Record<RoomKind, HistoryBounds>>;
  /** How long the log remembers an idempotency key. Default 24 hours. */
  idempotencyTtlMs?: number;
}
