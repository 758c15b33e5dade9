import type { ClientOp, DeliveryHistory } from "./history.ts";

/**
 * For each time a client lost its connection and came back: milliseconds until it was connected and had
 * received everything that was acknowledged before it was connected.
 */
export function recoveryTimes({
  publications,
  clients,
}: Pick<DeliveryHistory, "publications" | "clients">): number[] {
  const ackedAt = (key: string) => publications.get(key)?.ack?.atMs ?? Number.POSITIVE_INFINITY;
  return clients.flatMap(({ ops }) => recoveriesOf(ops, ackedAt));
}

function recoveriesOf(ops: readonly ClientOp[], ackedAt: (key: string) => number): number[] {
  const times: number[] = [];
  let lostAtMs: number | undefined;
  let backAtMs: number | undefined;
  let doneAtMs = 0;
  const finish = () => {
    if (lostAtMs !== undefined && backAtMs !== undefined) times.push(doneAtMs - lostAtMs);
  };
  for (const op of ops) {
    if (op.kind === "disconnected") {
      finish();
      lostAtMs = op.atMs;
      backAtMs = undefined;
    } else if (op.kind === "connected") {
      backAtMs = op.atMs;
      doneAtMs = op.atMs;
    } else if (op.kind === "received" && backAtMs !== undefined && ackedAt(op.key) <= backAtMs) {
      doneAtMs = op.atMs;
    }
  }
  finish();
  return times;
}

/**
 * For faults in which connections may survive: for each client, milliseconds from the end of the fault until
 * it received the first event that was acknowledged after that end.
 */
export function timesToFirstNews(
  { publications, clients }: Pick<DeliveryHistory, "publications" | "clients">,
  overAtMs: number,
): number[] {
  return clients.flatMap(({ ops }) => {
    const first = ops.find(
      (op) =>
        op.kind === "received" && (publications.get(op.key)?.ack?.atMs ?? 0) > overAtMs && op.atMs > overAtMs,
    );
    return first?.kind === "received" ? [first.atMs - overAtMs] : [];
  });
}
