import type { ClientHistory } from "@roomcast/testkit";

/**
 * Whether a client never left a room by itself. A client that leaves and returns also receives older events.
 */
export function neverLeaves({ ops }: ClientHistory): boolean {
  return !ops.some(({ kind }) => kind === "unsubscribing");
}
