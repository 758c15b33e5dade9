import { type Environment, jwtSecret } from "../environment.ts";
import type { BenchServer, ServerName, Setting, StartServer } from "./bench-server.ts";
import { type NodeProcess, startPublisher, startServer } from "./node-process.ts";
import { socketIoPlan } from "./socket-io-plan.ts";

/** Plain Socket.IO. Its token check uses the secret as a string, as applications usually do. */
export const startSocketIo: StartServer = async (environment, setting) =>
  benchServer(environment, setting, "socket.io", await startServer(environment, [jwtSecret, "string"]));

/** The same, but the key of the token check is made only once. */
export const startSocketIoKey: StartServer = async (environment, setting) =>
  benchServer(environment, setting, "socket.io-key", await startServer(environment, [jwtSecret, "key"]));

/** The same with Roomcast's settings of permessage-deflate, for clients that inflate. */
export const startSocketIoDeflate: StartServer = async (environment, setting) => {
  const server = await startServer(environment, [jwtSecret, "string", "deflate"]);
  const { plan, ...rest } = benchServer(environment, setting, "socket.io-deflate", server);
  return { ...rest, plan: { ...plan, deflates: true } };
};

/** Socket.IO with its Redis adapter. Another process emits the events with redis-emitter. */
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
