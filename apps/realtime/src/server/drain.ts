import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";

/** Closing waves: enough to spread the reconnects, few enough to be quick. */
const waves = 20;

/**
 * Sends every client away, spread over most of `timeoutMs`, in the way that makes a stock client come back by itself:
 * by closing its transport. What is still there at the end is cut off.
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
  for (const { connection } of sessions.all()) connection.cut();
  io.engine.close();
}
