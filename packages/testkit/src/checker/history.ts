import type { ResetReason } from "@roomcast/events";

/** One event that a publisher tried to bring into the log. */
export interface Publication {
  /** The idempotency key; it travels in the event's data, so that every receipt tells it. */
  key: string;
  rooms: readonly string[];
  /** What the clients' filters look at. */
  tag: string;
  /** When it was sent first. */
  sentAtMs?: number;
  /** Set once the log has acknowledged it; without one, whether it was written is unknown. */
  ack?: { id: string; position: string; atMs: number };
}

/** What a client did and was told, in the order in which it happened. */
export type ClientOp =
  | { kind: "connected"; recovered: boolean; atMs: number }
  | { kind: "disconnected"; atMs: number }
  /** A fresh session was told the rooms it is in of itself, and from where on. */
  | { kind: "established"; rooms: readonly string[]; position: string }
  /** A session that came back was given everything it had missed; what it asked for in between is answered from now on. */
  | { kind: "resumed"; position?: string }
  /** A position without an event, by `position.advanced`. */
  | { kind: "advanced"; position: string }
  /** A wish to follow a room, by itself or again; without `tags` everything in it. */
  | { kind: "subscribing"; attempt: number; room: string; since?: string; tags?: readonly string[] }
  | { kind: "subscribed"; attempt: number; position: string }
  /** `isFinal`: the client was told that asking again is of no use. */
  | { kind: "refused"; attempt: number; code?: string; isFinal?: boolean }
  | { kind: "unsubscribing"; room: string }
  | { kind: "unsubscribed"; room: string }
  | { kind: "received"; id: string; key: string; position: string; atMs: number }
  | { kind: "reset"; room: string; reason: ResetReason; position: string; atMs: number }
  /** A stock client tries no more: it was refused, or disconnected by the server. */
  | { kind: "gaveUp"; code: string; atMs: number };

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

/** Access that was taken from a client's user. */
export interface Revoked {
  client: string;
  /** Only this room; without it, the user's tokens. */
  room?: string;
  /** It may take effect from here on. */
  askedAtMs: number;
  /** Set once it was acknowledged: from here on it must be in effect. */
  answeredAtMs?: number;
}

/** Everything that is known of a run. */
export interface DeliveryHistory {
  /** Default none. */
  revocations?: readonly Revoked[];
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
  /** Acknowledged revocations that may be lost. Default none. */
  forgotten?: (revoked: Revoked) => boolean;
  /** Rooms that may be closed to a client without a revocation, as an authoriser does it. Default none. */
  closed?: (client: string, room: string) => boolean;
}
