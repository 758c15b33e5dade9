import type { RedisClient } from "./redis-client.ts";

/** Whether a Redis replica has a write: one `confirmed` it, there is `none` that could, or none did in time (`late`). */
export type Replication = "confirmed" | "none" | "late";

/**
 * Waits until a Redis replica has all that `client` wrote, for at most `timeoutMs`. Without a replica online the answer
 * comes at once. WAIT blocks the connection: nothing urgent must share it. Rejects with the errors of the client.
 */
export async function awaitReplica(
  client: Pick<RedisClient, "info" | "sendCommand">,
  timeoutMs: number,
): Promise<Replication> {
  const info = await client.info("replication");
  // A former master no longer counts the replicas that it had.
  if (!info.includes("role:master")) return "late";
  if (!/^slave\d+:.*state=online/m.test(info)) return "none";
  const confirmed = await client.sendCommand<number>(["WAIT", "1", String(Math.ceil(timeoutMs))]);
  return confirmed > 0 ? "confirmed" : "late";
}
