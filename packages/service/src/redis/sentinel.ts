import { createClient } from "redis";
import type { RedisTarget } from "./redis-target.ts";
import { within } from "./within.ts";

type SentinelTarget = Extract<RedisTarget, { kind: "sentinel" }>;

/**
 * Asks the Sentinels in turn for the master's address and returns its URL, or throws when none of them knows one.
 * A former master may still be named for a moment, so its role is checked as Redis' client guide demands
 * (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
 */
export async function findMaster(target: SentinelTarget, timeoutMs: number): Promise<string> {
  const failures: string[] = [];
  for (const sentinel of target.sentinels) {
    try {
      const address = await ask(sentinel, {}, timeoutMs, [
        "SENTINEL",
        "GET-MASTER-ADDR-BY-NAME",
        target.name,
      ]);
      if (!Array.isArray(address)) throw new Error(`knows no master "${target.name}"`);
      const master = { host: String(address[0]), port: Number(address[1]) };
      const role = await ask(master, target.auth, timeoutMs, ["ROLE"]);
      if (!Array.isArray(role) || String(role[0]) !== "master")
        throw new Error("names a server that is no master");
      return urlOf(master);
    } catch (error) {
      failures.push(`${sentinel.host}:${sentinel.port}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no Sentinel could name the master: ${failures.join("; ")}`);
}

async function ask(
  server: { host: string; port: number },
  auth: object,
  timeoutMs: number,
  command: string[],
): Promise<unknown> {
  const client = createClient({
    url: urlOf(server),
    ...auth,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: { reconnectStrategy: false, connectTimeout: timeoutMs },
  });
  let failure: Error | undefined;
  client.on("error", (error: Error) => {
    failure = error;
  });
  try {
    return await within(
      timeoutMs,
      client.connect().then(() => client.sendCommand(command)),
    );
  } catch (error) {
    throw failure ?? error;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

function urlOf({ host, port }: { host: string; port: number }): string {
  return `redis://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
