import { type Environment, jwtSecret } from "../environment.ts";
import type { BenchServer, ServerName, Setting, StartServer } from "./bench-server.ts";
import { type NodeProcess, startPublisher, startServer } from "./node-process.ts";
import { socketIoPlan } from "./socket-io-plan.ts";

/** Plain Socket.IO; its token check is given the secret as a string, as people write it. */
export const startSocketIo: StartServer = async (environment, setting) =>
  benchServer(environment, setting, "socket.io", await startServer(environment, [jwtSecret, "string"]));

/** The same with the key of the token check made once. */
export const startSocketIoKey: StartServer = async (environment, setting) =>
  benchServer(environment, setting, "socket.io-key", await startServer(environment, [jwtSecret, "key"]));

/** The same on the terms of permessage-deflate that Roomcast has, for clients that inflate. */
export const startSocketIoDeflate: StartServer = async (environment, setting) => {
  const server = await startServer(environment, [jwtSecret, "string", "deflate"]);
  const { plan, ...rest } = benchServer(environment, setting, "socket.io-deflate", server);
  return { ...rest, plan: { ...plan, deflates: true } };
};

/** Socket.IO with its Redis adapter, events emitted by another process with redis-emitter. */
export const startSocketIoRedis: StartServer = async (environment, setting) => {
  const { url } = await environment.redis();
  const server = await startServer(environment, [jwtSecret, "string", url]);
  const publisher = await startPublisher(environment, "redis-emitter", url);
  return {
    ...benchServer(environment, setting, "socket.io-redis", server),
    feed: (order) => publisher.feed(order),
    stop: async () => void (await Promise.all([server.stop(), publisher.stop()])),
  };
};

function benchServer(
  environment: Environment,
  setting: Setting,
  name: ServerName,
  server: NodeProcess,
): BenchServer {
  return {
    name,
    pid: server.pid,
    plan: socketIoPlan(environment, server.port, setting),
    feed: (order) => server.feed(order),
    heapBytes: () => server.heapBytes(),
    stop: () => server.stop(),
  };
}
