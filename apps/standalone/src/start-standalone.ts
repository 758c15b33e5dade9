import { createServer } from "node:http";
import { createApi, registryStats } from "@roomcast/api";
import {
  createApiKeyVerifier,
  createRevocableVerifier,
  createRoomAccess,
  createTokenVerifier,
  Revoker,
} from "@roomcast/auth";
import { initBroadcaster, resetBroadcaster } from "@roomcast/broadcaster";
import { MemoryEventLog } from "@roomcast/event-log";
import { createLocalCluster, createRealtime } from "@roomcast/realtime";
import {
  ClientAddresses,
  createLogger,
  Health,
  httpTimeouts,
  listen,
  type Running,
  TroubleLog,
} from "@roomcast/service";
import express from "express";
import type { StandaloneConfig } from "./config.ts";
import type { Demo } from "./demo.ts";
import { startPage } from "./start-page.ts";

/** Starts realtime server and API in one process on one port, with the log in memory. */
export async function startStandalone(
  config: StandaloneConfig,
  demo?: Demo,
): Promise<Running & { port: number }> {
  const logger = createLogger({ level: config.logLevel, name: "standalone" });
  const { onError } = new TroubleLog(logger);
  const log = new MemoryEventLog(config.log);
  const cluster = createLocalCluster({ ...config.socket, revocationTtlMs: config.revocationTtlMs });
  const verifier = createRevocableVerifier(createTokenVerifier(config.tokens), cluster.revocations);
  const access = createRoomAccess(
    config.authorizerUrl === undefined ? {} : { authorizer: { url: config.authorizerUrl, onError } },
  );
  const health = new Health();
  const api = createApi({
    broadcaster: initBroadcaster(log),
    verifier,
    apiKeys: createApiKeyVerifier(config.apiKeys),
    roomAccess: access,
    stats: registryStats(cluster.replicas),
    revoker: new Revoker(cluster.revocations, log),
    logger,
    ...(config.github === undefined ? {} : { github: config.github }),
    health,
    addresses: new ClientAddresses(config.trustedProxies, logger),
    corsOrigins: config.corsOrigins,
  });
  const app = express().disable("x-powered-by").use(startPage(demo, config.parser), api);
  const httpServer = createServer(httpTimeouts, app);
  const isDevelopment = demo !== undefined;
  const realtime = await createRealtime({
    httpServer,
    options: config,
    log,
    history: config.log.history,
    cluster,
    verifier,
    access,
    logger,
    health,
    onError,
    allowLocalOrigins: isDevelopment,
  });
  const listening = await listen(httpServer, config);
  const announceClose = () => {
    realtime.announceClose();
    listening.closeAfterAnswers();
  };
  return {
    port: listening.port,
    logger,
    closeTimeoutMs: config.socket.closeTimeoutMs + 3_000,
    drainDelayMs: config.drainDelayMs,
    announceClose,
    async close() {
      announceClose();
      await realtime.close();
      await listening.close(1_000);
      resetBroadcaster();
      await cluster.close();
      await log.close();
    },
  };
}
