import { createLogger, type Running, receive } from "@roomcast/service";
import type { RealtimeConfig } from "../config.ts";
import { createReplica } from "../create-replica.ts";
import type { Parent } from "./parent.ts";
import { createSessionId } from "./session-id.ts";

const statusMs = 1_000;

/** A replica that gets its connections from its parent and tells it every second how it is. */
export async function startWorker(config: RealtimeConfig, number: number, parent: Parent): Promise<Running> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" }).child({ worker: number });
  const replica = await createReplica(config, logger);
  replica.realtime.io.engine.generateId = () => createSessionId(number);
  const entry = receive(replica.httpServer);
  parent.onConnection((socket, read) => entry.take(socket, read));
  const tell = async () => {
    parent.tell({ health: await replica.health.report(), connections: entry.connections });
  };
  await tell();
  const timer = setInterval(() => void tell(), statusMs);
  logger.info({ replicaId: replica.id }, "taking connections");
  return {
    logger,
    closeTimeoutMs: replica.closeTimeoutMs,
    async close() {
      await replica.close(entry);
      clearInterval(timer);
    },
  };
}
