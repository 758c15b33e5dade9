import { setTimeout as delay } from "node:timers/promises";
import { type ReverseProxy, startHaproxy, startNginx } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import type { Replicas } from "../replicas.ts";
import type { Run, Scenario } from "../scenario.ts";

const longestExitMs = 30_000;
/** Longer than the proxies need to notice that a replica is alive again. */
const proxyNoticeMs = 5_000;

/** Every replica is ended with SIGTERM and started again, one after the other, as in a deployment. */
export const rollingRestart: Scenario = {
  name: "rolling-restart",
  fault: "SIGTERM, rolling restart of all replicas behind nginx and haproxy",
  async run(run) {
    const cluster = await Cluster.start(run, { urls: (replicas) => startProxies(run, replicas) });
    await cluster.flow(2_000);
    const exits: number[] = [];
    for (const replica of cluster.replicas.all) {
      exits.push(await cluster.replicas.roll(replica));
      await delay(proxyNoticeMs);
    }
    const slowest = Math.max(...exits);
    const failures = slowest <= longestExitMs ? [] : [`a replica took ${Math.round(slowest)} ms to end`];
    return cluster.finish({}, { failures, notes: [`exit within ${(slowest / 1_000).toFixed(1)} s`] });
  },
};

/** Each connection goes through one of the two proxies. */
async function startProxies(run: Run, { all }: Replicas) {
  const realtime = all.map(({ port }) => port);
  const proxies: ReverseProxy[] = await Promise.all([startNginx({ realtime }), startHaproxy({ realtime })]);
  for (const proxy of proxies) run.onEnd(() => proxy.stop());
  const url = () => run.random.pick(proxies).url;
  return { url, pollingUrl: url };
}
