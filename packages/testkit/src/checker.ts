import type { Anomaly, AnomalyKind } from "./checker/anomaly.ts";
import { walkClient } from "./checker/client-walk.ts";
import { findCommitted } from "./checker/committed.ts";
import { findLost, findMissing } from "./checker/completeness.ts";
import type { Allowances, DeliveryHistory } from "./checker/history.ts";
import { Lineage } from "./checker/lineage.ts";
import { findRevokedAccess } from "./checker/revocation-rule.ts";

export type { Anomaly, AnomalyKind } from "./checker/anomaly.ts";
export type {
  Allowances,
  ClientHistory,
  ClientOp,
  DeliveryHistory,
  FinalEntry,
  FinalLog,
  Publication,
  Revoked,
} from "./checker/history.ts";
export { placeOfEvent } from "./checker/lineage.ts";
export { recoveryTimes, timesToFirstNews } from "./checker/recovery.ts";

/** The result of a check. */
export interface Verdict {
  anomalies: Anomaly[];
  /** How many room resets clients received. */
  resets: number;
  /** How often a client came back with a fresh session. */
  freshSessions: number;
  /** How many events clients received. */
  receipts: number;
}

/**
 * Checks a run against the promise of delivery: a client receives everything that it was promised, once and
 * in order, or it receives a reset. The checker sees the run only from outside: acknowledgements, received
 * events, replies, and the log at the end.
 */
export function checkDelivery(history: DeliveryHistory, allowances: Allowances = {}): Verdict {
  const lineage = new Lineage(history.log.epochs);
  const committed = findCommitted(history, lineage);
  const { publications, revocations = [] } = history;
  const context = { publications, revocations, lineage, byRoom: committed.byRoom, allowances };
  const clients = history.clients.map((client) => ({ name: client.name, walk: walkClient(client, context) }));
  const sum = (count: (walk: (typeof clients)[number]["walk"]) => number) =>
    clients.reduce((total, { walk }) => total + count(walk), 0);
  return {
    anomalies: [
      ...committed.anomalies,
      ...findLost(history, lineage, allowances),
      ...clients.flatMap(({ walk }) => walk.anomalies),
      ...findMissing(clients, committed, lineage),
      ...findRevokedAccess(history, allowances),
    ],
    resets: sum(({ resets }) => resets),
    freshSessions: sum(({ freshSessions }) => freshSessions),
    receipts: history.clients.reduce(
      (total, { ops }) => total + ops.filter(({ kind }) => kind === "received").length,
      0,
    ),
  };
}

/** Counts the anomalies of each kind, as text: `3 poll-skip, 1 duplicate`, or `0`. */
export function summarise(anomalies: readonly Anomaly[]): string {
  const counts = new Map<AnomalyKind, number>();
  for (const { kind } of anomalies) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts.size === 0 ? "0" : [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}
