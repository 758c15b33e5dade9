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
  const { engine } = replica.realtime.io;
  engine.generateId = () => createSessionId(number);
  const entry = receive(replica.httpServer);
  let newcomers = 0;
  parent.onConnection((socket, order) => {
    newcomers = order.newcomers;
    entry.take(socket, order.read);
  });
  const tell = async () => {
    const health = await replica.health.report();
    parent.tell({ health, clients: engine.clientsCount, newcomers });
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
