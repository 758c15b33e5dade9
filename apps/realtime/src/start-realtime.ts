import { createLogger, listen, type Running } from "@roomcast/service";
import type { RealtimeConfig } from "./config.ts";
import { createReplica } from "./create-replica.ts";

/** A realtime process over Redis: alive at once, listening when Redis can be reached. */
export async function startRealtime(config: RealtimeConfig): Promise<Running & { port: number }> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" });
  const replica = await createReplica(config, logger);
  const listening = await listen(replica.httpServer, config);
  logger.info({ host: config.host, port: listening.port, replicaId: replica.id }, "listening");
  return {
    port: listening.port,
    logger,
    closeTimeoutMs: replica.closeTimeoutMs,
    close: () => replica.close(listening),
  };
}
