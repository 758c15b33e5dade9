import type { HistoryBounds, Position, RoomKind, RoomName } from "@roomcast/events";

/** What an entry is: an event for clients, a control for replicas, or a sign of life. */
export type EntryKind = "event" | "control" | "heartbeat";

/** What a publisher hands to the log. */
export interface AppendRequest {
  kind: EntryKind;
  /** The event's unique id; a suppressed duplicate answers with the id of the first. */
  id: string;
  /** The event type, or the name of the control. */
  type: string;
  /** The rooms whose histories take the event, primary room first. */
  rooms: readonly RoomName[];
  /** The envelope (or control) as JSON text; the log never parses it. */
  json: string;
  /** Kept in the log only, in no history. */
  transient?: boolean;
  /** Makes a retry of the same content safe; other content under the same key is `idempotency_conflict`. */
  idempotency?: { key: string; fingerprint: string };
  /**
   * `replicated` also waits until a Redis replica has the entry; `replicated_if_any` does so only if one is connected.
   * Without an answer in time, the append is `not_replicated`. Default `primary`.
   */
  ack?: "primary" | "replicated" | "replicated_if_any";
}

/** What an append answers once the entry is committed. */
export interface Appended {
  id: string;
  position: Position;
  /** Whether the idempotency key was known: nothing was written, `id` and `position` are the first append's. */
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

/** An unbroken life of the log: every offset from `first` up to the next epoch's `first` belongs to it. */
export interface Epoch {
  name: string;
  first: number;
}

/** Where the log ends. */
export interface LogHead {
  /** Offset of the newest entry; 0 for an empty log. */
  offset: number;
  /** Oldest first; the last one is current. */
  epochs: readonly Epoch[];
}

/** Entries of one room after `after` up to `until` (both offsets); without `after`, the newest `limit`. */
export interface HistoryRange {
  after?: number;
  until?: number;
  limit: number;
}

/** Part of a room's past, oldest first. */
export interface HistorySlice {
  entries: LogEntry[];
  /** Whether nothing between `after` and the first entry (or `until`) is missing. */
  complete: boolean;
  /** Whether the limit cut off newer entries of the range. */
  more: boolean;
}

/** Why a follower could not go on seamlessly. */
export type DiscontinuityReason = "trimmed" | "epoch" | "diverged" | "unheard";

/** What a follower is told, always in the order of the log and synchronously one after the other. */
export interface LogSink {
  /** The next entry. */
  entry(entry: LogEntry): void;
  /**
   * The follower's past and the log's no longer join; it goes on with the entry after `resumeAt` once this resolves.
   * `diverged`, `epoch`: entries after `cut` that were delivered no longer exist. `trimmed`: the entries after `cut` up
   * to `resumeAt` are gone from the log, and only histories may still have them. `unheard`: what was delivered still
   * stands and the follower goes on where it is, but there were entries that it cannot be given: some cannot be read, or an
   * epoch ended in which there may have been more.
   */
  onDiscontinuity(
    reason: DiscontinuityReason,
    cut: number,
    resumeAt: number,
    head: LogHead,
  ): void | Promise<void>;
  /** Whether the follower hears the log; readiness depends on it. */
  connected(isConnected: boolean): void;
}

/** A running reader of the log. */
export interface LogFollower {
  /** The last entry delivered; events up to here have been handed to the sink. */
  readonly position: Position;
  /** Every epoch the follower knows of. */
  readonly head: LogHead;
  /** Resolves when the follower has delivered up to `offset`, or false after `timeoutMs`. */
  reached(offset: number, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * The ordered log and the histories of its rooms. All failures are `ProtocolError`s: `unavailable` (nothing written),
 * `timeout` (unknown: retry with the same idempotency key), `overloaded`, `idempotency_conflict`, `not_replicated`; and
 * `invalid_room`, `invalid_event` or `invalid_command` for a request that this log can never take.
 */
export interface EventLog {
  /**
   * Commits one entry atomically to the log and to its rooms' histories. Calls made in order commit in order or not at
   * all: when one fails, those that were made before that was told and are not written yet fail as `unavailable`.
   */
  append(request: AppendRequest): Promise<Appended>;
  /**
   * Commits up to 256 entries in order and without any other between them, and tells of each what became of it. All
   * fail together but for `idempotency_conflict`. Rejects if a request can never be taken, and with `payload_too_large`
   * if they are too many or over 2 MiB; nothing is written then.
   */
  appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]>;
  /** Where the log ends now. */
  head(): Promise<LogHead>;
  /** Follows the log from its present head; resolves once it listens. */
  follow(sink: LogSink): Promise<LogFollower>;
  /** Reads part of a room's history. */
  history(room: RoomName, range: HistoryRange): Promise<HistorySlice>;
  close(): Promise<void>;
}

/** Bounds and times of a log, the same for both implementations. */
export interface EventLogOptions {
  /** How many entries the log keeps for replicas that fell behind. Default 100,000. */
  maxEntries?: number;
  /** Bounds of the room histories by kind; default: those of `roomKinds`. */
  history?: Partial<Record<RoomKind, HistoryBounds>>;
  /** How long an idempotency key is remembered. Default 24 hours. */
  idempotencyTtlMs?: number;
}
