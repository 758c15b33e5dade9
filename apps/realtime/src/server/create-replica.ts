import { createServer, type Server } from "node:http";
import { createRevocableVerifier, createRoomAccess, createTokenVerifier } from "@roomcast/auth";
import { RedisEventLog } from "@roomcast/event-log";
import {
  Health,
  httpTimeouts,
  type Listening,
  type Logger,
  RedisStatus,
  TroubleLog,
} from "@roomcast/service";
import type { Cluster } from "../cluster/cluster.ts";
import { createRedisCluster } from "../cluster/redis-cluster.ts";
import type { RealtimeConfig } from "./config.ts";
import { createRealtime, type Realtime } from "./create-realtime.ts";
import { createProbes } from "./probes.ts";
import type { RealtimeContext } from "./realtime-context.ts";

/** For the last answers and for Redis, after the clients are disconnected. */
export const closeGraceMs = 3_000;

/** One replica over Redis. It answers probes at once, and serves clients as soon as it has started. */
export interface Replica {
  httpServer: Server;
  health: Health;
  /** Resolves when clients can be served; rejects when the replica is closed before, or can never start. */
  started: Promise<StartedReplica>;
  /** How long `close` takes at most. */
  closeTimeoutMs: number;
  /** Makes `/ready` fail from now on. Clients are accepted and served as before. */
  announceClose(): void;
  /** Disconnects the clients and stops everything, including the `entry` through which they connected. */
  close(entry: Pick<Listening, "close">): Promise<void>;
}

/** A replica that serves clients. */
export interface StartedReplica {
  cluster: Cluster;
  realtime: Realtime;
}

/** Makes a replica, which retries until Redis can be used. */
export function createReplica(config: RealtimeConfig, logger: Logger): Replica {
  const status = new RedisStatus(logger);
  const { onError } = new TroubleLog(logger, () => status.isTroubled);
  const health = new Health();
  let isStarted = false;
  const httpServer = createServer(
    httpTimeouts,
    createProbes(health, new Health(), () => isStarted),
  );
  const log = new RedisEventLog({ ...config.log, target: config.redis, status, onError });
  const started = start({ config, logger, status, onError, health, httpServer, log });
  // The caller that awaits `started` handles the error.
  started.then(() => {
    isStarted = true;
  }, ignore);
  return {
    httpServer,
    health,
    started,
    closeTimeoutMs: config.socket.closeTimeoutMs + closeGraceMs,
    announceClose() {
      // Before the start is complete, `/ready` fails anyway.
      started.then(({ realtime }) => realtime.announceClose(), ignore);
    },
    async close(entry) {
      // Without Redis a running start fails.
      if (!isStarted) await Promise.all([log.close(), status.close()]);
      const replica = await started.catch(ignore);
      // The clients come first: a polling client is told to leave at its next poll, and `/ready` says why no
      // new ones are accepted.
      await replica?.realtime.close();
      await entry.close(isStarted ? 1_000 : 0);
      await replica?.cluster.close();
      await log.close();
      await status.close();
    },
  };
}

interface StartParts extends Pick<RealtimeContext, "httpServer" | "health" | "logger"> {
  config: RealtimeConfig;
  status: RedisStatus;
  onError: (error: Error) => void;
  log: RedisEventLog;
}

async function start(parts: StartParts): Promise<StartedReplica> {
  const { config, logger, status, onError, health, httpServer, log } = parts;
  const { authorizerUrl, revocationTtlMs, redis: target, socket } = config;
  const hasStarted = health.add("start", () => {
    status.check();
    throw new Error("the process is starting");
  });
  const [cluster] = await Promise.all([
    createRedisCluster({ ...socket, revocationTtlMs, target, status, onError }),
    log.connect(Number.POSITIVE_INFINITY),
  ]);
  const made = createRealtime({
    httpServer,
    options: config,
    log,
    history: config.log.history,
    cluster,
    verifier: createRevocableVerifier(createTokenVerifier(config.tokens), cluster.revocations),
    access: createRoomAccess(
      authorizerUrl === undefined ? {} : { authorizer: { url: authorizerUrl, onError } },
    ),
    logger,
    health,
    onError,
  });
  const realtime = await Promise.race([made, status.failed.then((error) => Promise.reject(error))]);
  status.started();
  hasStarted();
  return { cluster, realtime };
}

function ignore(): undefined {
  return undefined;
}
