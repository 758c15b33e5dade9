import type { ClientHistory, ClientOp } from "@roomcast/testkit";
import { stays } from "./stays.ts";

/**
 * What is wrong with the resets after a fault that every client must be told of, once in each of its rooms and within
 * `withinMs`. Looks only at clients that stayed in their rooms and kept their connection.
 */
export function missingResets(
  clients: readonly ClientHistory[],
  faultAtMs: number,
  withinMs: number,
): string[] {
  const wrong = clients.filter(stays).filter(({ ops }) => {
    const after = ops.filter((op) => "atMs" in op && op.atMs > faultAtMs);
    if (after.some(({ kind }) => kind === "connected") || ops.some(({ kind }) => kind === "gaveUp"))
      return false;
    const resets = after.filter((op) => op.kind === "reset").filter(({ reason }) => reason !== "access");
    const onTime = resets.filter(({ atMs }) => atMs <= faultAtMs + withinMs);
    const rooms = new Set(onTime.map(({ room }) => room));
    return [...roomsOf(ops)].some((room) => !rooms.has(room)) || resets.length !== rooms.size;
  });
  return wrong.length === 0
    ? []
    : [`not reset once in each of their rooms: ${wrong.map(({ name }) => name).join(", ")}`];
}

/** The rooms that a client came to be in, without those that were taken from it. */
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
