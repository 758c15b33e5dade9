import { createServer } from "node:http";
import { createRevocableVerifier, createRoomAccess, createTokenVerifier } from "@roomcast/auth";
import { RedisEventLog } from "@roomcast/event-log";
import { createLogger, Health, listen, type Running } from "@roomcast/service";
import { createRedisCluster } from "./cluster/redis-cluster.ts";
import type { RealtimeConfig } from "./config.ts";
import { createRealtime } from "./create-realtime.ts";
import { createProbes } from "./probes.ts";

/** A realtime process over Redis: alive at once, listening when Redis can be reached. */
export async function startRealtime(config: RealtimeConfig): Promise<Running & { port: number }> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" });
  const onError = (error: Error) => logger.warn({ err: error }, "trouble that will be tried again");
  const health = new Health();
  const httpServer = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    createProbes(health),
  );
  const log = new RedisEventLog({ ...config.log, target: config.redis, onError });
  const { sessionTtlMs, maxConnectionsPerUser, closeTimeoutMs } = config.socket;
  const [cluster] = await Promise.all([
    createRedisCluster({
      target: config.redis,
      sessionTtlMs,
      maxConnectionsPerUser,
      revocationTtlMs: config.revocationTtlMs,
      onError,
    }),
    log.connect(),
  ]);
  const authorizer = config.authorizerUrl === undefined ? undefined : { url: config.authorizerUrl, onError };
  const realtime = await createRealtime({
    httpServer,
    options: config,
    log,
    history: config.log.history,
    cluster,
    verifier: createRevocableVerifier(createTokenVerifier(config.tokens), cluster.revocations),
    access: createRoomAccess(authorizer === undefined ? {} : { authorizer }),
    logger,
    health,
  });
  const listening = await listen(httpServer, config);
  logger.info({ host: config.host, port: listening.port, replicaId: cluster.replicaId }, "listening");
  return {
    port: listening.port,
    logger,
    closeTimeoutMs: closeTimeoutMs + 5_000,
    async close() {
      // The clients first: a polling one is told to leave at its next poll, and /ready says why no more may come.
      await realtime.close();
      await listening.close(1_000);
      await cluster.close();
      await log.close();
    },
  };
}
