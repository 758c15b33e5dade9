import { createServer, type Server } from "node:http";
import { createRevocableVerifier, createRoomAccess, createTokenVerifier } from "@roomcast/auth";
import { RedisEventLog } from "@roomcast/event-log";
import { Health, type Listening, type Logger } from "@roomcast/service";
import { createRedisCluster } from "./cluster/redis-cluster.ts";
import type { RealtimeConfig } from "./config.ts";
import { createRealtime, type Realtime } from "./create-realtime.ts";
import { httpTimeouts } from "./http-timeouts.ts";
import { createProbes } from "./probes.ts";

/** One replica over Redis, which no client can reach yet. */
export interface Replica {
  /** As the other replicas know it. */
  id: string;
  httpServer: Server;
  realtime: Realtime;
  health: Health;
  /** How long `close` takes at most. */
  closeTimeoutMs: number;
  /** Sends the clients away and ends everything, the way in which they came included. */
  close(entry: Pick<Listening, "close">): Promise<void>;
}

/** Makes a replica; resolves when Redis can be reached. */
export async function createReplica(config: RealtimeConfig, logger: Logger): Promise<Replica> {
  const onError = (error: Error) => logger.warn({ err: error }, "trouble that will be tried again");
  const health = new Health();
  const httpServer = createServer(httpTimeouts, createProbes(health));
  const log = new RedisEventLog({ ...config.log, target: config.redis, onError });
  const { sessionTtlMs, maxConnectionsPerUser, connectionPolicy, closeTimeoutMs } = config.socket;
  const [cluster] = await Promise.all([
    createRedisCluster({
      target: config.redis,
      sessionTtlMs,
      maxConnectionsPerUser,
      connectionPolicy,
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
  return {
    id: cluster.replicaId,
    httpServer,
    realtime,
    health,
    closeTimeoutMs: closeTimeoutMs + 5_000,
    async close(entry) {
      // The clients first: a polling one is told to leave at its next poll, and /ready says why no more may come.
      await realtime.close();
      await entry.close(1_000);
      await cluster.close();
      await log.close();
    },
  };
}
