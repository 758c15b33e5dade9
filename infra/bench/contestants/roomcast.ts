import { freePort, waitUntil } from "@roomcast/testkit";
import { AnsweringProcess } from "../answering-process.ts";
import { jwtSecret, type Lab } from "../lab.ts";
import { appScript, serverScript } from "../paths.ts";
import { pingIntervalSeconds } from "../ping-interval.ts";
import type { ServerAnswer } from "../servers/serve-commands.ts";
import type { Contestant, ContestantName, Setting, StartContestant } from "./contestant.ts";
import { NodeProcess, nodeCommand, startPublisher } from "./node-process.ts";
import { socketIoPlan } from "./socket-io-plan.ts";

/** Roomcast with its log in memory, in the process that `npm start` runs. */
export const startEmbedded: StartContestant = (lab, setting) =>
  startWithHooks(lab, setting, { name: "roomcast", app: "standalone", env: {} });

/** The same without the addon. */
export const startPublicPath: StartContestant = (lab, setting) =>
  startWithHooks(lab, setting, {
    name: "roomcast-public",
    app: "standalone",
    env: { WS_WRITE_PATH: "public" },
  });

/** The same by Node's streams alone. */
export const startStreamPath: StartContestant = (lab, setting) =>
  startWithHooks(lab, setting, {
    name: "roomcast-stream",
    app: "standalone",
    env: { WS_WRITE_PATH: "stream" },
  });

/** The same with large events deflated, for clients that inflate. */
export const startDeflating: StartContestant = async (lab, setting) => {
  const env = { WS_COMPRESSION_THRESHOLD: "1024" };
  const contestant = await startWithHooks(lab, setting, { name: "roomcast-deflate", app: "standalone", env });
  return { ...contestant, plan: { ...contestant.plan, deflates: true } };
};

/** A replica that follows the log in Redis, which another process appends to. */
export const startOverRedis: StartContestant = async (lab, setting) => {
  const { url } = await lab.redis();
  const replica = await startWithHooks(lab, setting, {
    name: "roomcast-redis",
    app: "realtime",
    env: { REDIS_URL: url },
  });
  const publisher = await startPublisher(lab, "roomcast-redis", url);
  return {
    ...replica,
    feed: (order) => publisher.feed(order),
    stop: async () => void (await Promise.all([replica.stop(), publisher.stop()])),
  };
};

interface Variant {
  name: ContestantName;
  app: "standalone" | "realtime";
  env: Record<string, string>;
}

async function startWithHooks(lab: Lab, setting: Setting, { name, app, env }: Variant): Promise<Contestant> {
  const port = await freePort();
  const command = [...nodeCommand, "--import", serverScript("roomcast-hooks"), appScript(app)];
  const started = await AnsweringProcess.node<ServerAnswer>({
    core: lab.cores.server,
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
    plan: socketIoPlan(lab, port, setting),
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
