import { setTimeout as delay } from "node:timers/promises";
import { type SentinelGroup, startSentinelGroup, timesToFirstNews, waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { detachReplicas } from "../redis-admin.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** The master hangs, Sentinel promotes a replica, and the old master returns as its replica. */
export const failover: Scenario = {
  name: "failover",
  fault: "Sentinel 1+2: master stopped, failed over, old master continued",
  async run(run) {
    const outcome = await failOver(run, async () => undefined);
    // Only changes of the last moment may be missing on the replica.
    const most = outcome.clients / 20;
    const failures = outcome.freshSessions > most ? ["clients lost sessions that were safe"] : [];
    return { ...outcome, failures: [...outcome.failures, ...failures] };
  },
};

/** The same, but the last acknowledged writes never reached a replica. */
export const failoverRollback: Scenario = {
  name: "failover-rollback",
  fault: "the same with 2 s of acknowledged events that no Redis replica has",
  async run(run) {
    const outcome = await failOver(run, async (group) => {
      const [master] = group.servers;
      if (master === undefined) throw new Error("there is no master");
      await detachReplicas(master.url);
      await delay(2_000);
    });
    const failures = outcome.resets > 0 ? [] : ["nothing was rolled back"];
    return { ...outcome, failures: [...outcome.failures, ...failures] };
  },
};

async function failOver(run: Run, prepare: (group: SentinelGroup) => Promise<void>): Promise<Outcome> {
  const group = await startSentinelGroup({ replicas: 2 });
  run.onEnd(() => group.stop());
  const cluster = await Cluster.start(run, { redisUrl: group.url });
  await cluster.flow(3_000);
  const master = await group.master();
  await prepare(group);
  await master.kill("SIGSTOP");
  await waitUntil("another master", async () => (await group.master()) !== master, 20_000);
  const overAtMs = performance.now();
  await cluster.flow(5_000);
  const recovery = timesToFirstNews(cluster.observed, overAtMs);
  await master.kill("SIGCONT");
  await cluster.flow(5_000);
  cluster.replicas.sever();
  await cluster.flow(3_000);
  const failovers = await group.failovers();
  // More than one failover means that the machine was too slow for Sentinel.
  const failures = failovers === 1 ? [] : [`Sentinel failed over ${failovers} times`];
  // Only the old master had these events.
  const lost = ({ ack = { atMs: 0 } }) => ack.atMs <= overAtMs;
  return cluster.finish({ resets: ["diverged"], freshSessions: true, lost }, { recovery, failures });
}
