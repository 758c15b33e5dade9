import { parseInfo } from "./check-server.ts";
import { createClient } from "./redis-client.ts";
import type { RedisTarget } from "./redis-target.ts";
import { RedisTrouble, troubleOf } from "./redis-trouble.ts";
import { within } from "./within.ts";

type SentinelTarget = Extract<RedisTarget, { kind: "sentinel" }>;

/**
 * Asks the Sentinels one after the other for the master's address and returns its URL. Throws a
 * `RedisTrouble` if none knows it. A Sentinel may name a former master for a moment, so the role is checked,
 * as Redis' client guide requires (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
 */
export async function findMaster(target: SentinelTarget, timeoutMs: number): Promise<string> {
  const failures: RedisTrouble[] = [];
  for (const sentinel of target.sentinels) {
    try {
      const address = await ask(sentinel, {}, timeoutMs, [
        "SENTINEL",
        "GET-MASTER-ADDR-BY-NAME",
        target.name,
      ]);
      if (!Array.isArray(address)) throw new Error(`it does not know a master "${target.name}"`);
      const master = { host: String(address[0]), port: Number(address[1]) };
      // Not ROLE, because the user would need another right for it.
      const info = await ask(master, target.auth, timeoutMs, ["INFO", "replication"]);
      if (parseInfo(String(info)).get("role") !== "master")
        throw new RedisTrouble(
          `the master that it named, ${master.host}:${master.port}, is a replica`,
          "reconnect",
        );
      return urlOf(master);
    } catch (error) {
      failures.push(troubleOf(error as Error));
    }
  }
  const reasons = new Set(failures.map(({ message }) => message));
  const isFinal = failures.every(({ remedy }) => remedy === "give-up");
  throw new RedisTrouble(
    `no Sentinel could name the master: ${[...reasons].join("; ")}`,
    isFinal ? "give-up" : "reconnect",
  );
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
    disableClientInfo: true,
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
