import { hasReplica } from "./check-server.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Whether a Redis replica has a write: one `confirmed` it, there is `none` that could, or none did in time (`late`). */
export type Replication = "confirmed" | "none" | "late";

/**
 * Waits until a Redis replica has all that was written over the connection, for at most `timeoutMs`. Where no replica is
 * online or expected, the answer comes at once. WAIT blocks the connection: nothing urgent must share it. Rejects with the
 * errors of the client.
 */
export async function awaitReplica(
  connection: Pick<RedisConnection, "client" | "expectsReplica">,
  timeoutMs: number,
): Promise<Replication> {
  const { client } = connection;
  const info = await client.info("replication");
  // A former master no longer counts the replicas that it had.
  if (!info.includes("role:master")) return "late";
  if (!hasReplica(info)) return connection.expectsReplica ? "late" : "none";
  const confirmed = await client.sendCommand<number>(["WAIT", "1", String(Math.ceil(timeoutMs))]);
  return confirmed > 0 ? "confirmed" : "late";
}
