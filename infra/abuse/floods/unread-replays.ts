import { setTimeout as delay } from "node:timers/promises";
import { RawClient } from "../../faults/raw-client.ts";
import { type Flood, repeat } from "../flood.ts";
import { replayAgain, replayRate } from "../replay-again.ts";

const clients = 4;

/** Clients repeatedly request a long replay, answer pings and read nothing. */
export const unreadReplays: Flood = {
  name: "unread-replays",
  title: "replays that nobody reads, over websocket",
  async run(target) {
    const done = { connections: 0, replays: 0 };
    const endsAtMs = performance.now() + target.seconds * 1_000;
    await repeat(target, clients, async (lane) => {
      const client = await RawClient.connected(target.url, `replay${lane}`);
      done.connections++;
      client.socket.pause();
      for (let times: number = replayRate.burst; !client.isClosed && performance.now() < endsAtMs; ) {
        for (let n = 0; n < times; n++)
          replayAgain(target.room, target.since).map((frame) => client.send(frame));
        client.send("3");
        done.replays += times;
        times = replayRate.eachSecond;
        await delay(1_000);
      }
      await client.cut();
    });
    return done;
  },
};
