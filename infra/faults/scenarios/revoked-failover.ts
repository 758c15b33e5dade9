import { startSentinelGroup, waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { detachReplicas } from "../redis-admin.ts";
import type { Scenario } from "../scenario.ts";

/**
 * A master acknowledges revocations that its replicas do not receive, and one of the replicas is promoted.
 */
export const revokedFailover: Scenario = {
  name: "revoked-failover",
  fault: "revocations in the last 2 s before a failover that loses 2 s",
  async run(run) {
    const group = await startSentinelGroup({ replicas: 2 });
    run.onEnd(() => group.stop());
    const cluster = await Cluster.start(run, { redisUrl: group.url, revokeEveryMs: 60_000 });
    await cluster.flow(2_000);
    const master = await group.master();
    await detachReplicas(master.url);
    const revoking = cluster.revocations?.revokeSome(6);
    await cluster.flow(2_000);
    await master.kill("SIGSTOP");
    await waitUntil("another master", async () => (await group.master()) !== master, 20_000);
    const overAtMs = performance.now();
    await revoking;
    await cluster.flow(2_000);
    await master.kill("SIGCONT");
    cluster.replicas.sever();
    await cluster.flow(3_000);
    const lost = ({ ack = { atMs: 0 } }) => ack.atMs <= overAtMs;
    return cluster.finish({ resets: ["diverged"], freshSessions: true, lost });
  },
};
