import type { ClientHistory, ClientOp } from "@roomcast/testkit";
import { neverLeaves } from "./never-leaves.ts";

/**
 * Checks the resets after a fault: every client must receive exactly one in each of its rooms within
 * `withinMs`. Checks only clients that stayed in their rooms and kept their connection. Returns the failures.
 */
export function missingResets(
  clients: readonly ClientHistory[],
  faultAtMs: number,
  withinMs: number,
): string[] {
  const wrong = clients.filter(neverLeaves).flatMap((client) => {
    const detail = wrongOf(client, faultAtMs, withinMs);
    return detail.length === 0 ? [] : [`${client.name} (${detail.join("; ")})`];
  });
  return wrong.length === 0 ? [] : [`not reset once in each of their rooms: ${wrong.join(", ")}`];
}

function wrongOf({ ops }: ClientHistory, faultAtMs: number, withinMs: number): string[] {
  const after = ops.filter((op) => "atMs" in op && op.atMs > faultAtMs);
  const isGone = after.some(({ kind }) => kind === "connected") || ops.some(({ kind }) => kind === "gaveUp");
  if (isGone) return [];
  const resets = after.filter((op) => op.kind === "reset").filter(({ reason }) => reason !== "access");
  const onTime = new Set(resets.filter(({ atMs }) => atMs <= faultAtMs + withinMs).map(({ room }) => room));
  const missing = [...roomsOf(ops)].filter((room) => !onTime.has(room));
  const again = resets.map(({ room }) => room).filter((room, index, all) => all.indexOf(room) < index);
  return [...missing.map((room) => `${room} not`), ...again.map((room) => `${room} again`)];
}

/** The rooms that a client has joined, without revoked rooms. */
function roomsOf(ops: readonly ClientOp[]): Set<string> {
  const closed = new Set(
    ops.flatMap((op) => (op.kind === "reset" && op.reason === "access" ? [op.room] : [])),
  );
  const entered = ops.flatMap((op) => {
    if (op.kind === "subscribing") return [op.room];
    return op.kind === "established" ? op.rooms : [];
  });
  return new Set(entered.filter((room) => !closed.has(room)));
}
