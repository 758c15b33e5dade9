import { setTimeout as delay } from "node:timers/promises";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";
import { quantile } from "../table.ts";

/** A replica is killed every few seconds, under load. */
export const killReplica: Scenario = {
  name: "kill-replica",
  fault: "`kill -9` of a replica every 5 s, 3 replicas, 200 events/s, 20 rooms",
  run: (run) => killReplicas(run, run.isQuick ? 3 : 12),
};

/** Kills a replica every five seconds, `kills` times. */
export async function killReplicas(run: Run, kills: number, options: ClusterOptions = {}): Promise<Outcome> {
  const cluster = await Cluster.start(run, options);
  const { replicas } = cluster;
  for (let n = 0; n < kills; n++) {
    const replica = run.random.pick(replicas.all);
    const pause = n < kills - 1 ? delay(5_000) : undefined;
    await replicas.crash(replica);
    await pause;
  }
  await cluster.flow(2_000);
  const outcome = await cluster.finish({}, { notes: [`${kills} kills`] });
  const p99 = quantile(outcome.recovery, 0.99);
  return p99 <= 10_000
    ? outcome
    : { ...outcome, failures: [...outcome.failures, "99% were not back in 10 s"] };
}
