import { createLogger, type Running, receive } from "@roomcast/service";
import type { RealtimeConfig } from "../server/config.ts";
import { createReplica, type StartedReplica } from "../server/create-replica.ts";
import { failureOf } from "../server/start-failure.ts";
import type { Parent } from "./parent.ts";
import { createSessionId } from "./session-id.ts";

const statusMs = 1_000;

/** A replica that receives its connections from its parent process and sends it its status every second. */
export async function startWorker(config: RealtimeConfig, number: number, parent: Parent): Promise<Running> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" }).child({ worker: number });
  const replica = createReplica(config, logger);
  const entry = receive(replica.httpServer);
  let newConnections = 0;
  let started: StartedReplica | undefined;
  const sendStatus = async () => {
    const health = await replica.health.report();
    const clients = started?.realtime.io.engine.clientsCount ?? 0;
    parent.send({ health, clients, newConnections, isUp: started !== undefined });
  };
  const timer = setInterval(() => void sendStatus(), statusMs);
  const begin = async () => {
    await sendStatus();
    started = await replica.started;
    started.realtime.io.engine.generateId = () => createSessionId(number);
    parent.onConnection((socket, order) => {
      newConnections = order.newConnections;
      entry.take(socket, order.read);
    });
    await sendStatus();
    logger.info({ replicaId: started.cluster.replicaId }, "taking connections");
  };
  return {
    logger,
    closeTimeoutMs: replica.closeTimeoutMs,
    failed: failureOf(begin()),
    async close() {
      await replica.close(entry);
      clearInterval(timer);
    },
  };
}
