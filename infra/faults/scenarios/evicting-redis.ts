import { startRedis, waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { askRedis } from "../redis-admin.ts";
import { isReady } from "../replicas.ts";
import type { Scenario } from "../scenario.ts";

const noticeMs = 20_000;
const evicting = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory"];
const keeping = ["CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "0"];

/** Redis may evict keys. A missing key then proves nothing, so no client may be served from this Redis. */
export const evictingRedis: Scenario = {
  name: "evicting-redis",
  fault: "Redis is set to maxmemory with allkeys-lru, and back; then every connection broken",
  async run(run) {
    const redis = await startRedis();
    run.onEnd(() => redis.stop());
    const cluster = await Cluster.start(run, { redisUrl: redis.url });
    await cluster.flow(2_000);
    // The limit is far above the memory in use: it is enough that Redis may evict.
    await askRedis(redis.url, [...evicting, "1gb"]);
    const failures: string[] = [];
    const expect = (what: string, isTrue: () => Promise<boolean>) =>
      waitUntil(what, isTrue, noticeMs).catch(({ message }: Error) => failures.push(message));
    await expect("no replica is ready", async () => !(await readiness(cluster)).includes(true));
    await askRedis(redis.url, keeping);
    await expect("every replica is ready again", async () => !(await readiness(cluster)).includes(false));
    cluster.replicas.sever();
    await cluster.flow(2_000);
    return cluster.finish({}, { failures });
  },
};

function readiness({ replicas }: Cluster): Promise<boolean[]> {
  return Promise.all(replicas.all.map((replica) => isReady(replica)));
}
