import type { ClientHistory } from "@roomcast/testkit";

/** Whether a client never left a room of its own accord: one that comes back is given older events, too. */
export function neverLeaves({ ops }: ClientHistory): boolean {
  return !ops.some(({ kind }) => kind === "unsubscribing");
}
