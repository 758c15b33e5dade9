import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";

/** Waves in which connections close: enough to spread the reconnects, few enough to be quick. */
const waves = 20;

/**
 * Disconnects every client, spread over most of `timeoutMs`, by closing its transport: a stock client then
 * reconnects by itself. Connections that are left at the end are closed abruptly.
 */
export async function drain(io: Server, sessions: SessionRegistry, timeoutMs: number): Promise<void> {
  const all = sessions.all();
  for (const { connection, userId } of all) {
    sendServerEvent(connection.socket, "server.draining", `user:${userId}`, { reconnectInMs: timeoutMs });
  }
  const size = Math.ceil(all.length / waves);
  const pauseMs = (timeoutMs * 0.8) / waves;
  for (let from = 0; from < all.length; from += size) {
    for (const { connection } of all.slice(from, from + size)) connection.socket.conn.close();
    await delay(Math.min(pauseMs, all.length));
  }
  for (const { connection } of sessions.all()) connection.terminate();
  io.engine.close();
}
