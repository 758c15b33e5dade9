import { setTimeout as delay } from "node:timers/promises";
import { TcpProxy, timesToFirstNews, waitUntil } from "@roomcast/testkit";
import { isReady } from "../replicas.ts";
import type { Scenario } from "../scenario.ts";
import { Stage } from "../stage.ts";

const noticeMs = 10_000;

/** The network between one replica and Redis is gone for a while, without a word to either side. */
export const cutRedis: Scenario = {
  name: "cut-redis",
  fault: "one replica cut off from Redis, then healed",
  async run(run) {
    const links: TcpProxy[] = [];
    const stage = await Stage.set(run, {
      async replicaRedisUrls(redisUrl) {
        for (let n = 0; n < 3; n++) links.push(await TcpProxy.start(Number(new URL(redisUrl).port)));
        run.onEnd(() => Promise.all(links.map((link) => link.stop())));
        return links.map(({ port }) => `redis://127.0.0.1:${port}`);
      },
    });
    const [link] = links;
    const [replica] = stage.replicas.all;
    if (link === undefined || replica === undefined) throw new Error("there is no replica");
    await stage.flow(2_000);
    const cutAtMs = performance.now();
    link.cut();
    const failures: string[] = [];
    const expectation = (what: string, isTrue: () => Promise<boolean>) =>
      waitUntil(what, isTrue, noticeMs).catch((error: Error) => failures.push(error.message));
    await expectation("the replica is not ready", async () => !(await isReady(replica)));
    const ms = run.isQuick ? 10_000 : 30_000;
    await delay(cutAtMs + ms - performance.now());
    link.heal();
    const overAtMs = performance.now();
    await expectation("the replica is ready again", () => isReady(replica));
    await stage.flow(3_000);
    const recovery = timesToFirstNews(stage.observed, overAtMs);
    return stage.finish({}, { recovery, failures, notes: [`cut for ${ms / 1_000} s`] });
  },
};
