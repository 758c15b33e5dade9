import { setTimeout as delay } from "node:timers/promises";
import { testToken } from "@roomcast/testkit";
import { type Flood, repeat } from "../flood.ts";
import { replayAgain, replayRate } from "../replay-again.ts";

const clients = 4;

/** Like `unread-replays`, but over polling: requests are posted, and the replies are never polled. */
export const unpolledReplays: Flood = {
  name: "unpolled-replays",
  title: "replays that nobody polls",
  async run(target) {
    const done = { connections: 0, replays: 0 };
    const endsAtMs = performance.now() + target.seconds * 1_000;
    await repeat(target, clients, async (lane) => {
      const request = await enter(target.url, `unpolled${lane}`);
      done.connections++;
      let times: number = replayRate.burst;
      while (performance.now() < endsAtMs) {
        const frames = Array.from({ length: times }, () => replayAgain(target.room, target.since)).flat();
        if (!(await post(request, frames.join("\x1e")))) return;
        done.replays += times;
        times = replayRate.eachSecond;
        await delay(1_000);
      }
    });
    return done;
  },
};

/** Opens a session in `/ws` and returns its URL. */
async function enter(url: string, userId: string): Promise<string> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
  const request = `${base}&sid=${sid}`;
  await post(request, `40/ws,${JSON.stringify({ token: testToken(userId) })}`);
  await (await fetch(request)).text();
  return request;
}

/** Posts a body. Returns false if the session has ended. */
async function post(request: string, body: string): Promise<boolean> {
  const answer = await fetch(request, { method: "POST", body });
  await answer.text();
  return answer.ok;
}
