import type { ResetReason } from "@roomcast/events";

/** One event that a publisher tried to bring into the log. */
export interface Publication {
  /** The idempotency key; it travels in the event's data, so that every receipt tells it. */
  key: string;
  rooms: readonly string[];
  /** What the clients' filters look at. */
  tag: string;
  /** Set once the log has acknowledged it; without one, whether it was written is unknown. */
  ack?: { id: string; position: string; atMs: number };
}

/** What a client did and was told, in the order in which it happened. */
export type ClientOp =
  | { kind: "connected"; recovered: boolean; atMs: number }
  | { kind: "disconnected"; atMs: number }
  /** A fresh session was told the rooms it is in of itself, and from where on. */
  | { kind: "established"; rooms: readonly string[]; position: string }
  /** A session that came back was given everything it had missed; what it asked for meanwhile is answered from now on. */
  | { kind: "resumed" }
  /** A wish to follow a room, by itself or again; without `tags` everything in it. */
  | { kind: "subscribing"; attempt: number; room: string; since?: string; tags?: readonly string[] }
  | { kind: "subscribed"; attempt: number; position: string }
  | { kind: "refused"; attempt: number }
  | { kind: "unsubscribing"; room: string }
  | { kind: "unsubscribed"; room: string }
  | { kind: "received"; id: string; key: string; position: string; atMs: number }
  | { kind: "reset"; room: string; reason: ResetReason; position: string; atMs: number };

/** One client's part of the history. */
export interface ClientHistory {
  name: string;
  ops: ClientOp[];
}

/** The log as it was found at the end. */
export interface FinalLog {
  /** Oldest first. */
  epochs: readonly { name: string; first: number }[];
  /** What the histories hold of each room, oldest first; of what came after `after` nothing is missing. */
  rooms: ReadonlyMap<string, { after: number; entries: readonly FinalEntry[] }>;
}

/** One event in a room's history. */
export interface FinalEntry {
  id: string;
  key: string;
  offset: number;
}

/** Everything that is known of a run. */
export interface DeliveryHistory {
  publications: ReadonlyMap<string, Publication>;
  clients: readonly ClientHistory[];
  log: FinalLog;
}

/** What a fault may do to its clients without it being an anomaly. */
export interface Allowances {
  /** Reasons for which rooms may be reset. Default none. */
  resets?: readonly ResetReason[];
  /** Acknowledged events that may be lost. Default none. */
  lost?: (publication: Publication) => boolean;
  /** Whether a client may come back to a fresh session instead of its own. Default false. */
  freshSessions?: boolean;
}
