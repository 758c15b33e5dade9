import { setTimeout as delay } from "node:timers/promises";
import { timesToFirstNews, waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { RedisLinks } from "../redis-links.ts";
import { isReady } from "../replicas.ts";
import type { Scenario } from "../scenario.ts";

const noticeMs = 10_000;

/** The network between one replica and Redis is down for a while. Neither side sees its connection close. */
export const cutRedis: Scenario = {
  name: "cut-redis",
  fault: "one replica cut off from Redis, then healed",
  async run(run) {
    const links = new RedisLinks(run);
    const cluster = await Cluster.start(run, { replicaRedisUrls: links.start });
    const link = links.first;
    const [replica] = cluster.replicas.all;
    if (replica === undefined) throw new Error("there is no replica");
    await cluster.flow(2_000);
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
    await cluster.flow(3_000);
    const recovery = timesToFirstNews(cluster.observed, overAtMs);
    return cluster.finish({}, { recovery, failures, notes: [`cut for ${ms / 1_000} s`] });
  },
};
