import { RedisClient as NodeRedisClient } from "@redis/client";
import { RedisTrouble, troubleOfReply } from "./redis-trouble.ts";

/**
 * Makes a node-redis client that speaks RESP3. The `createClient` of node-redis 6 makes a class with every command for
 * each client whose options differ from the last one's, which takes 20 to 50 ms of CPU. Here all clients share one class.
 */
export const createClient = NodeRedisClient.factory({ RESP: 3 });

/** A node-redis client that speaks RESP3 and never reconnects by itself. */
export type RedisClient = ReturnType<typeof openClient>;

/** Creates a client that does not connect yet. */
export function openClient(url: string, auth: object, name: string, connectTimeoutMs: number) {
  return createClient({
    url,
    ...auth,
    name,
    // Commands must not wait in the client: after a reconnect, another master could answer them.
    disableOfflineQueue: true,
    // CLIENT SETINFO needs a right that Redis 7.0 does not have.
    disableClientInfo: true,
    maintNotifications: "disabled",
    // By default each command has an AbortSignal for five seconds, although it is written at once. See
    // `within`.
    commandOptions: { timeout: 0 },
    socket: { reconnectStrategy: false, connectTimeout: connectTimeoutMs, noDelay: true },
  });
}

/**
 * Rejects when the connection ends. The client may emit `error` several times and throws without a listener.
 */
export function lossOf(client: RedisClient): Promise<never> {
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.once("end", () => reject(new RedisTrouble("the connection was closed", "reconnect")));
  });
  lost.catch(() => undefined);
  return lost;
}

/**
 * Calls `judge` for error replies that say something about the server. In node-redis 6 the client that
 * `createClient` returns has a prototype whose `sendCommand` runs all commands except those that subscribe.
 */
export function watchReplies(client: RedisClient, judge: (trouble: RedisTrouble) => void): void {
  const inner = Object.getPrototypeOf(client) as RedisClient;
  const send = inner.sendCommand.bind(inner);
  inner.sendCommand = <T>(...call: Parameters<RedisClient["sendCommand"]>) => {
    const reply = send(...call) as Promise<T>;
    reply.catch((error: unknown) => {
      const trouble = troubleOfReply(error);
      if (trouble !== undefined) judge(trouble);
    });
    return reply;
  };
}
