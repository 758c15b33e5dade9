import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@redis/client";

/** Sends commands to a Redis over a new connection. */
export async function askRedis(url: string, ...commands: (readonly string[])[]): Promise<unknown[]> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const replies: unknown[] = [];
    for (const command of commands) replies.push(await client.sendCommand([...command]));
    return replies;
  } finally {
    client.destroy();
  }
}

/** Breaks all connections to a Redis except its own. */
export async function killConnections(url: string): Promise<void> {
  const kinds = ["normal", "pubsub"];
  await askRedis(url, ...kinds.map((kind) => ["CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes"]));
}

/** Breaks all pub/sub connections to a Redis. */
export async function killSubscribers(url: string): Promise<void> {
  await askRedis(url, ["CLIENT", "KILL", "TYPE", "pubsub"]);
}

/** Detaches a master's replicas for good: nothing that it acknowledges from now on reaches them. */
export async function detachReplicas(url: string): Promise<void> {
  // Forbid them to follow the master, then break their connections.
  const refusal = ["ACL", "SETUSER", "default", "-psync", "-sync", "-replconf"];
  await askRedis(url, refusal, ["CLIENT", "KILL", "TYPE", "replica"]);
}

/** Makes a Redis write a snapshot. Resolves when it is written. */
export async function saveSnapshot(url: string): Promise<void> {
  const [before] = await askRedis(url, ["LASTSAVE"]);
  // LASTSAVE counts in seconds.
  await delay(1_100);
  await askRedis(url, ["SAVE"]);
  const [after] = await askRedis(url, ["LASTSAVE"]);
  if (before === after) throw new Error("Redis wrote no snapshot");
}
