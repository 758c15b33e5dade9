import { EventBroadcaster } from "@roomcast/broadcaster";
import { RedisEventLog } from "@roomcast/event-log";
import { createLogger, listen } from "@roomcast/service";
import { type RedisServer, startRedis, testSecret } from "@roomcast/testkit";
import { readConfig } from "../../src/server/config.ts";
import { createReplica, type StartedReplica } from "../../src/server/create-replica.ts";

/** A replica over Redis in this process. */
export interface Replica {
  readonly url: string;
  readonly port: number;
  /** Resolves when it serves clients; rejects if it is closed before, or with the reason why it cannot start. */
  readonly started: Promise<StartedReplica>;
  /** Everything logged, each line as JSON text. */
  readonly logLines: string[];
  close(): Promise<void>;
}

/** Replicas in this process over a private Redis, and what publishes to them. */
export interface Replicas {
  readonly redis: RedisServer;
  readonly replicas: Replica[];
  readonly broadcaster: EventBroadcaster;
  stop(): Promise<void>;
}

type Env = Record<string, string>;

/** What a replica is told by its environment. */
export function replicaEnv(redisUrl: string, env: Env = {}): Env {
  return {
    HOST: "127.0.0.1",
    PORT: "0",
    JWT_SECRET: testSecret,
    REDIS_URL: redisUrl,
    WS_CLOSE_TIMEOUT: "1",
    // All tests come from one address, and most as one user.
    WS_ADDRESS_RATE: "100000",
    WS_HANDSHAKE_RATE: "1000",
    ...env,
  };
}

/** Makes a replica that listens, and starts as soon as Redis can be used. */
export async function openReplica(redisUrl: string, env?: Env): Promise<Replica> {
  const config = readConfig(replicaEnv(redisUrl, env));
  const logLines: string[] = [];
  const destination = { write: (line: string) => void logLines.push(line) };
  const replica = createReplica(config, createLogger({ level: "info", name: "realtime", destination }));
  const listening = await listen(replica.httpServer, config);
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    started: replica.started,
    logLines,
    close: () => replica.close(listening),
  };
}

/** Starts a replica in this process and resolves when it serves clients. */
export async function startReplica(redisUrl: string, env?: Env): Promise<Replica> {
  const replica = await openReplica(redisUrl, env);
  await replica.started;
  return replica;
}

/** Starts `count` replicas in this process, which share one environment. */
export async function startReplicas(count: number, env?: Env): Promise<Replicas> {
  const redis = await startRedis();
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(redis.url, env)));
  const config = readConfig(replicaEnv(redis.url, env));
  const log = new RedisEventLog({ ...config.log, target: config.redis, onError: () => undefined });
  await log.connect();
  return {
    redis,
    replicas,
    broadcaster: new EventBroadcaster(log),
    async stop() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await log.close();
      await redis.stop();
    },
  };
}
