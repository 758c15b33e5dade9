import { AnsweringProcess } from "../answering-process.ts";
import type { FeedResult } from "../programs/feed.ts";
import type { StartServer } from "./bench-server.ts";

/** The send() loop in C. */
export const startFloor: StartServer = (environment, setting) => floor(environment, setting, false);

/** The same with one send() for all events of a burst. */
export const startCoalescedFloor: StartServer = (environment, setting) => floor(environment, setting, true);

async function floor(
  ...[{ native, cores }, setting, coalesces]: [...Parameters<StartServer>, boolean]
): ReturnType<StartServer> {
  if (native.floor === undefined) return undefined;
  const launch = { core: cores.server, command: [native.floor] };
  const process = await AnsweringProcess.lines<Partial<FeedResult & { port: number }>>(launch);
  const { port = 0 } = await process.next();
  return {
    name: coalesces ? "floor-coalesced" : "floor",
    pid: process.pid,
    plan: {
      port,
      path: "/?room=%r",
      steps: [],
      event: { prefix: '42/ws,["project.updated"' },
      rooms: setting.rooms,
    },
    async feed({ burstsPerSecond, burst, rooms, durationMs }) {
      const order = [burstsPerSecond.toFixed(3), burst, rooms, Math.ceil(durationMs), coalesces ? 1 : 0];
      const { published = 0, failed = 0 } = await process.ask(`run ${order.join(" ")}`);
      return { published, failed };
    },
    stop: () => process.stop(),
  };
}
