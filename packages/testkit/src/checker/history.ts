import type { ResetReason } from "@roomcast/events";

/** One event that a publisher tried to append to the log. */
export interface Publication {
  /** The idempotency key. The event's data contains it, so that every received event names it. */
  key: string;
  rooms: readonly string[];
  /** The field on which clients filter. */
  tag: string;
  /** When it was first sent. */
  sentAtMs?: number;
  /** Set once the log has acknowledged it. Without it, it is unknown whether the event was written. */
  ack?: { id: string; position: string; atMs: number };
}

/** What a client did and received, in order. */
export type ClientOp =
  | { kind: "connected"; recovered: boolean; atMs: number }
  | { kind: "disconnected"; atMs: number }
  /** A fresh session received its automatic rooms and the position from which it gets their events. */
  | { kind: "established"; rooms: readonly string[]; position: string }
  /** A recovered session has received everything that it missed. From now on its requests are answered. */
  | { kind: "resumed"; position?: string }
  /** A position without an event, from `position.advanced`. */
  | { kind: "advanced"; position: string }
  /** A request to follow a room, by the application or repeated. Without `tags`, all its events. */
  | { kind: "subscribing"; attempt: number; room: string; since?: string; tags?: readonly string[] }
  | { kind: "subscribed"; attempt: number; position: string }
  /** `isFinal`: the error says that a retry does not help. */
  | { kind: "refused"; attempt: number; code?: string; isFinal?: boolean }
  | { kind: "unsubscribing"; room: string }
  | { kind: "unsubscribed"; room: string }
  | { kind: "received"; id: string; key: string; position: string; atMs: number }
  | { kind: "reset"; room: string; reason: ResetReason; position: string; atMs: number }
  /** A stock client stops reconnecting: the server has refused or disconnected it. */
  | { kind: "gaveUp"; code: string; atMs: number };

/** One client's part of the history. */
export interface ClientHistory {
  name: string;
  ops: ClientOp[];
}

/** The log at the end of the run. */
export interface FinalLog {
  /** Oldest first. */
  epochs: readonly { name: string; first: number }[];
  /** Each room's history, oldest first. It is complete after the offset `after`. */
  rooms: ReadonlyMap<string, { after: number; entries: readonly FinalEntry[] }>;
}

/** One event in a room's history. */
export interface FinalEntry {
  id: string;
  key: string;
  offset: number;
}

/** A revocation for a client's user. */
export interface Revoked {
  client: string;
  /** Revokes only this room. Without it, the user's tokens. */
  room?: string;
  /** From this time on it may be in effect. */
  askedAtMs: number;
  /** Set once it was acknowledged. From this time on it must be in effect. */
  answeredAtMs?: number;
}

/** Everything that is known about a run. */
export interface DeliveryHistory {
  /** Default none. */
  revocations?: readonly Revoked[];
  publications: ReadonlyMap<string, Publication>;
  clients: readonly ClientHistory[];
  log: FinalLog;
}

/** Effects of a fault on its clients that are not anomalies. */
export interface Allowances {
  /** Reasons for which rooms may be reset. Default none. */
  resets?: readonly ResetReason[];
  /** Acknowledged events that may be lost. Default none. */
  lost?: (publication: Publication) => boolean;
  /** Whether a client may come back with a fresh session. Default false. */
  freshSessions?: boolean;
  /** Acknowledged revocations that may be lost. Default none. */
  forgotten?: (revoked: Revoked) => boolean;
  /** Rooms that a client may lose without a revocation, because an authoriser denies them. Default none. */
  closed?: (client: string, room: string) => boolean;
}
