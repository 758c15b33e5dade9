import { createLogger, listen, type Running } from "@roomcast/service";
import type { RealtimeConfig } from "./config.ts";
import { createReplica } from "./create-replica.ts";
import { failureOf } from "./start-failure.ts";

/** A realtime process over Redis. It listens at once, and accepts clients when Redis can be used. */
export async function startRealtime(config: RealtimeConfig): Promise<Running & { port: number }> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" });
  const replica = createReplica(config, logger);
  const listening = await listen(replica.httpServer, config);
  logger.info({ host: config.host, port: listening.port }, "listening");
  const { started } = replica;
  return {
    port: listening.port,
    logger,
    closeTimeoutMs: replica.closeTimeoutMs,
    failed: failureOf(
      started.then(({ cluster }) => logger.info({ replicaId: cluster.replicaId }, "taking connections")),
    ),
    drainDelayMs: config.drainDelayMs,
    announceClose() {
      replica.announceClose();
      listening.closeAfterAnswers();
    },
    close() {
      listening.closeAfterAnswers();
      return replica.close(listening);
    },
  };
}
