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
  addDrainCheck,
  ClientAddresses,
  createLogger,
  defaultKeyPrefix,
  Health,
  httpTimeouts,
  type Listening,
  type Logger,
  listen,
  RedisConnection,
  RedisReplicaRegistry,
  RedisStatus,
  type Running,
  redisKey,
  TroubleLog,
} from "@roomcast/service";
import type { ApiContext } from "./api-context.ts";
import type { ApiConfig } from "./config.ts";
import { createApi } from "./create-api.ts";
import { registryStats } from "./registry-stats.ts";

/** How long the last requests may take. */
const lastRequestsMs = 5_000;

/** The running API process. */
export interface RunningApi extends Running {
  port: number;
}

/**
 * Starts the API with Redis and listens at once. Until Redis is reachable, it is alive but not ready. It
 * closes when the last request is answered, or after 5 seconds.
 */
export async function startApi(config: ApiConfig): Promise<RunningApi> {
  const logger = createLogger({ level: config.logLevel, name: "api" });
  const status = new RedisStatus(logger);
  const { onError } = new TroubleLog(logger, () => status.isTroubled);
  const target = config.redis;
  const log = new RedisEventLog({ ...config.log, target, status, onError });
  const connect = (name: string) =>
    new RedisConnection({ target, name, status, probeKey: redisKey(defaultKeyPrefix, "probe") });
  const [redis, revoking] = [connect("api"), connect("api-revoking")];
  const health = new Health();
  const failReady = addDrainCheck(health);
  const context = createContext(config, { logger, status, onError, log, redis, revoking, health });
  const listening = await listen(createServer(httpTimeouts, createApi(context)), config);
  logger.info({ host: config.host, port: listening.port }, "listening");
  // It rejects if the process is closed before, or if it cannot start, which `failed` reports.
  Promise.all([log.connect(Number.POSITIVE_INFINITY), redis.connect(), revoking.connect()]).then(
    () => status.started(),
    () => undefined,
  );
  return {
    port: listening.port,
    logger,
    failed: status.failed,
    announceClose() {
      failReady();
      listening.closeAfterAnswers();
    },
    drainDelayMs: config.drainDelayMs,
    closeTimeoutMs: lastRequestsMs + 4_000,
    close() {
      failReady();
      return closeAll(listening, log, status);
    },
  };
}

interface Parts {
  logger: Logger;
  status: RedisStatus;
  onError: (error: Error) => void;
  log: RedisEventLog;
  redis: RedisConnection;
  /** Only for revocations: each one waits on this connection for a Redis replica. */
  revoking: RedisConnection;
  health: Health;
}

function createContext(config: ApiConfig, parts: Parts): ApiContext {
  const { logger, status, onError, log, redis, revoking, health } = parts;
  const registry = new RedisReplicaRegistry({ redis: () => redis.client, keyPrefix: defaultKeyPrefix });
  const revocations = new RedisRevocationStore({
    redis: () => redis.client,
    writes: revoking,
    ttlMs: config.revocationTtlMs,
  });
  health.add("redis", () => status.check());
  health.add("log", async () => {
    await log.head();
    if (log.refused !== undefined) throw new Error(`Redis refuses a command of an append: ${log.refused}`);
  });
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
    addresses: new ClientAddresses(config.trustedProxies, logger),
    corsOrigins: config.corsOrigins,
  };
}

async function closeAll(listening: Listening, log: RedisEventLog, status: RedisStatus): Promise<void> {
  await listening.close(lastRequestsMs);
  resetBroadcaster();
  await log.close();
  await status.close();
}
