import { freePort, waitUntil } from "@roomcast/testkit";
import { AnsweringProcess } from "../answering-process.ts";
import { type Environment, jwtSecret } from "../environment.ts";
import { appScript, programScript } from "../paths.ts";
import { pingIntervalSeconds } from "../ping-interval.ts";
import type { ServerAnswer } from "../programs/serve-commands.ts";
import type { BenchServer, ServerName, Setting, StartServer } from "./bench-server.ts";
import { NodeProcess, nodeCommand, startPublisher } from "./node-process.ts";
import { socketIoPlan } from "./socket-io-plan.ts";

/** Roomcast with its log in memory, in the process that `npm start` runs. */
export const startEmbedded: StartServer = (environment, setting) =>
  startWithHooks(environment, setting, { name: "roomcast", app: "standalone", env: {} });

/** The same without the native addon. */
export const startPublicPath: StartServer = (environment, setting) =>
  startWithHooks(environment, setting, {
    name: "roomcast-public",
    app: "standalone",
    env: { WS_WRITE_PATH: "public" },
  });

/** The same with Node's streams only. */
export const startStreamPath: StartServer = (environment, setting) =>
  startWithHooks(environment, setting, {
    name: "roomcast-stream",
    app: "standalone",
    env: { WS_WRITE_PATH: "stream" },
  });

/** The same with large events deflated, for clients that inflate. */
export const startDeflating: StartServer = async (environment, setting) => {
  const env = { WS_COMPRESSION_THRESHOLD: "1024" };
  const server = await startWithHooks(environment, setting, {
    name: "roomcast-deflate",
    app: "standalone",
    env,
  });
  return { ...server, plan: { ...server.plan, deflates: true } };
};

/** A replica that follows the log in Redis. Another process appends to the log. */
export const startOverRedis: StartServer = async (environment, setting) => {
  const { url } = await environment.redis();
  const replica = await startWithHooks(environment, setting, {
    name: "roomcast-redis",
    app: "realtime",
    env: { REDIS_URL: url },
  });
  const publisher = await startPublisher(environment, "roomcast-redis", url);
  return {
    ...replica,
    feed: (order) => publisher.feed(order),
    stop: async () => void (await Promise.all([replica.stop(), publisher.stop()])),
  };
};

interface Variant {
  name: ServerName;
  app: "standalone" | "realtime";
  env: Record<string, string>;
}

async function startWithHooks(
  environment: Environment,
  setting: Setting,
  { name, app, env }: Variant,
): Promise<BenchServer> {
  const port = await freePort();
  const command = [...nodeCommand, "--import", programScript("roomcast-hooks"), appScript(app)];
  const started = await AnsweringProcess.node<ServerAnswer>({
    core: environment.cores.server,
    command,
    env: { ...commonEnv, PORT: String(port), ...env },
  });
  const server = new NodeProcess(started, port);
  await waitUntil(`${name} is ready`, () => isReady(port), 30_000).catch(async (error: Error) => {
    await server.stop();
    throw new Error(`${error.message}\n${started.errors}`);
  });
  return {
    name,
    pid: server.pid,
    plan: socketIoPlan(environment, port, setting),
    feed: (order) => server.feed(order),
    heapBytes: () => server.heapBytes(),
    stop: () => server.stop(),
  };
}

const commonEnv = {
  HOST: "127.0.0.1",
  LOG_LEVEL: "error",
  JWT_SECRET: jwtSecret,
  API_KEYS: "bench:0123456789abcdef0123456789abcdef",
  WS_PING_INTERVAL: String(pingIntervalSeconds),
  // The whole load comes from one address.
  WS_ADDRESS_RATE: "1000000",
};

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  return response?.ok ?? false;
}
