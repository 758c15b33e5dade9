import type { Anomaly } from "./anomaly.ts";
import type { Allowances, ClientHistory, ClientOp, DeliveryHistory, Revoked } from "./history.ts";

/** Checks each acknowledged revocation: what its client received afterwards, and its state at the end. */
export function findRevokedAccess(history: DeliveryHistory, allowances: Allowances): Anomaly[] {
  const { revocations = [], publications, clients } = history;
  return clients.flatMap((client) => {
    const own = revocations.filter((one) => one.client === client.name && isOwed(one, allowances));
    if (own.length === 0) return [];
    return [...receivedAfter(client, own, publications), ...own.flatMap((one) => stillThere(client, one))];
  });
}

interface Access extends Pick<DeliveryHistory, "revocations"> {
  allowances: Allowances;
}

/** Whether a client may have lost a room by `atMs`. */
export function mayLose(
  client: string,
  room: string,
  { revocations = [], allowances }: Access,
  atMs = Number.POSITIVE_INFINITY,
): boolean {
  if (allowances.closed?.(client, room) === true) return true;
  return revocations.some((one) => one.client === client && one.room === room && one.askedAtMs <= atMs);
}

/** Whether a client's token may have been refused by `atMs`. */
export function mayGiveUp(client: string, { revocations = [] }: Access, atMs: number): boolean {
  return revocations.some((one) => one.client === client && one.room === undefined && one.askedAtMs <= atMs);
}

function isOwed(revoked: Revoked, { forgotten }: Allowances): boolean {
  return revoked.answeredAtMs !== undefined && forgotten?.(revoked) !== true;
}

/** An event that was sent after the acknowledgement comes after the revocation in the log. */
function receivedAfter(
  { name, ops }: ClientHistory,
  revocations: readonly Revoked[],
  publications: DeliveryHistory["publications"],
): Anomaly[] {
  return ops.flatMap((op): Anomaly[] => {
    const publication = op.kind === "received" ? publications.get(op.key) : undefined;
    if (publication === undefined) return [];
    const { key, rooms, sentAtMs = 0 } = publication;
    const ended = revocations.filter(
      ({ answeredAtMs = Number.POSITIVE_INFINITY }) => answeredAtMs < sentAtMs,
    );
    const isClosed = (room: string) => ended.some((one) => one.room === undefined || one.room === room);
    if (!rooms.every(isClosed)) return [];
    return [{ kind: "revoked-access", client: name, detail: `received ${key} after its revocation` }];
  });
}

function stillThere({ name: client, ops }: ClientHistory, { room }: Revoked): Anomaly[] {
  if (room === undefined) {
    if (!isConnected(ops)) return [];
    return [{ kind: "revoked-access", client, detail: "is connected, although its user was revoked" }];
  }
  if (!isConnected(ops) || !isIn(ops, room)) return [];
  return [{ kind: "revoked-access", client, room, detail: "was never told that the room was revoked" }];
}

function isConnected(ops: readonly ClientOp[]): boolean {
  const last = ops.findLast(
    ({ kind }) => kind === "connected" || kind === "disconnected" || kind === "gaveUp",
  );
  return last?.kind === "connected";
}

/** Whether the client must believe that it follows the room. */
function isIn(ops: readonly ClientOp[], room: string): boolean {
  const asked = new Set<number>();
  let isFollowed = false;
  for (const op of ops) {
    if (op.kind === "subscribing" && op.room === room) asked.add(op.attempt);
    else if (op.kind === "subscribed" && asked.has(op.attempt)) isFollowed = true;
    else if (op.kind === "unsubscribed" && op.room === room) isFollowed = false;
    else if (op.kind === "reset" && op.room === room && op.reason === "access") isFollowed = false;
    else if (op.kind === "connected" && !op.recovered) isFollowed = false;
  }
  return isFollowed;
}
