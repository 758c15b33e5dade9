import { hasReplica } from "./check-server.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Whether a Redis replica has a write: `confirmed`, `none` (no replica) or `late` (not confirmed in time). */
export type Replication = "confirmed" | "none" | "late";

/**
 * Waits at most `timeoutMs` until a Redis replica has everything that was written over the connection.
 * Resolves at once if no replica is online or expected. WAIT blocks the connection, so nothing urgent may
 * share it. Rejects with the client's errors.
 */
export async function awaitReplica(
  connection: Pick<RedisConnection, "client" | "expectsReplica">,
  timeoutMs: number,
): Promise<Replication> {
  const { client } = connection;
  const info = await client.info("replication");
  // A former master no longer lists its replicas.
  if (!info.includes("role:master")) return "late";
  if (!hasReplica(info)) return connection.expectsReplica ? "late" : "none";
  const confirmed = await client.sendCommand<number>(["WAIT", "1", String(Math.ceil(timeoutMs))]);
  return confirmed > 0 ? "confirmed" : "late";
}
