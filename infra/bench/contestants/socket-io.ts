import { jwtSecret, type Lab } from "../lab.ts";
import type { Contestant, ContestantName, Setting, StartContestant } from "./contestant.ts";
import { type NodeProcess, startPublisher, startServer } from "./node-process.ts";
import { socketIoPlan } from "./socket-io-plan.ts";

/** Plain Socket.IO; its token check is given the secret as a string, as people write it. */
export const startSocketIo: StartContestant = async (lab, setting) =>
  contestant(lab, setting, "socket.io", await startServer(lab, [jwtSecret, "string"]));

/** The same with the key of the token check made once. */
export const startSocketIoKey: StartContestant = async (lab, setting) =>
  contestant(lab, setting, "socket.io-key", await startServer(lab, [jwtSecret, "key"]));

/** The same on the terms of permessage-deflate that Roomcast has, for clients that inflate. */
export const startSocketIoDeflate: StartContestant = async (lab, setting) => {
  const server = await startServer(lab, [jwtSecret, "string", "deflate"]);
  const { plan, ...rest } = contestant(lab, setting, "socket.io-deflate", server);
  return { ...rest, plan: { ...plan, deflates: true } };
};

/** Socket.IO with its Redis adapter, events emitted by another process with redis-emitter. */
export const startSocketIoRedis: StartContestant = async (lab, setting) => {
  const { url } = await lab.redis();
  const server = await startServer(lab, [jwtSecret, "string", url]);
  const publisher = await startPublisher(lab, "redis-emitter", url);
  return {
    ...contestant(lab, setting, "socket.io-redis", server),
    feed: (order) => publisher.feed(order),
    stop: async () => void (await Promise.all([server.stop(), publisher.stop()])),
  };
};

function contestant(lab: Lab, setting: Setting, name: ContestantName, server: NodeProcess): Contestant {
  return {
    name,
    pid: server.pid,
    plan: socketIoPlan(lab, server.port, setting),
    feed: (order) => server.feed(order),
    heapBytes: () => server.heapBytes(),
    stop: () => server.stop(),
  };
}
