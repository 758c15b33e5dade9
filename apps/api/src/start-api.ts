import { createServer } from "node:http";
import {
  createApiKeyVerifier,
  createRevocableVerifier,
  createRoomAccess,
  createTokenVerifier,
  RedisRevocationStore,
  Revoker,
} from "@roomcast/auth";
import { initBroadcaster, resetBroadcaster } from "@roomcast/broadcaster";
import { RedisEventLog } from "@roomcast/event-log";
import {
  createLogger,
  Health,
  type Listening,
  type Logger,
  listen,
  RedisConnection,
  RedisReplicaRegistry,
  type Running,
} from "@roomcast/service";
import type { ApiContext } from "./api-context.ts";
import type { ApiConfig } from "./config.ts";
import { createApi } from "./create-api.ts";
import { registryStats } from "./registry-stats.ts";

const httpTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than a load balancer keeps an idle connection, so that it never writes to one we are closing.
  keepAliveTimeout: 75_000,
};
const drainMs = 5_000;

/** The running API process. */
export interface RunningApi extends Running {
  port: number;
}

/**
 * Starts the API over Redis and listens at once; it is alive before Redis can be reached, but not ready. Closing it
 * lets open requests end for up to 5 seconds.
 */
export async function startApi(config: ApiConfig): Promise<RunningApi> {
  const logger = createLogger({ level: config.logLevel, name: "api" });
  const onError = (error: Error) => logger.warn({ err: error }, "trouble with Redis");
  const log = new RedisEventLog({ ...config.log, target: config.redis, onError });
  const redis = new RedisConnection({ target: config.redis, name: "api", onError });
  const revoking = new RedisConnection({ target: config.redis, name: "api-revoking", onError });
  const context = createContext(config, { logger, log, redis, revoking });
  const listening = await listen(createServer(httpTimeouts, createApi(context)), config);
  // Rejects only if the process is closed before Redis was ever reached.
  Promise.all([log.connect(), redis.connect(), revoking.connect()]).catch(onError);
  logger.info({ host: config.host, port: listening.port }, "listening");
  return { port: listening.port, logger, close: () => close(listening, [log, redis, revoking]) };
}

interface Parts {
  logger: Logger;
  log: RedisEventLog;
  redis: RedisConnection;
  /** For revocations alone: each waits on it for a replica of Redis. */
  revoking: RedisConnection;
}

function createContext(config: ApiConfig, { logger, log, redis, revoking }: Parts): ApiContext {
  const registry = new RedisReplicaRegistry({ redis: () => redis.client, keyPrefix: "roomcast:" });
  const revocations = new RedisRevocationStore({
    redis: () => redis.client,
    writes: () => revoking.client,
    ttlMs: config.revocationTtlMs,
  });
  const health = new Health();
  health.add("log", async () => void (await log.head()));
  const onError = (error: Error) => logger.warn({ err: error }, "the authorizer gave no answer");
  return {
    broadcaster: initBroadcaster(log),
    verifier: createRevocableVerifier(createTokenVerifier(config.tokens), revocations),
    revoker: new Revoker(revocations, log),
    apiKeys: createApiKeyVerifier(config.apiKeys),
    roomAccess: createRoomAccess(
      config.authorizerUrl === undefined ? {} : { authorizer: { url: config.authorizerUrl, onError } },
    ),
    stats: registryStats(registry),
    logger,
    ...(config.github === undefined ? {} : { github: config.github }),
    health,
    corsOrigins: config.corsOrigins,
  };
}

async function close(listening: Listening, connections: { close(): Promise<void> }[]): Promise<void> {
  await listening.close(drainMs);
  resetBroadcaster();
  await Promise.all(connections.map((connection) => connection.close()));
}
