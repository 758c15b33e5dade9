import { setTimeout as delay } from "node:timers/promises";
import { recoveryTimes, timesToFirstNews } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import type { Outcome, Run, Scenario } from "../scenario.ts";

/** A replica hangs so briefly that its clients stay connected. */
export const stopReplicaBriefly: Scenario = {
  name: "stop-replica-briefly",
  fault: "SIGSTOP of a replica so briefly that its clients stay, then SIGCONT",
  run: (run) => stopReplica(run, 5_000),
};

/** A replica hangs until its clients have reconnected to other replicas. */
export const stopReplica60: Scenario = {
  name: "stop-replica",
  fault: "SIGSTOP of a replica until its clients have left, then SIGCONT",
  run: (run) => stopReplica(run, run.isQuick ? 15_000 : 60_000),
};

async function stopReplica(run: Run, ms: number): Promise<Outcome> {
  const cluster = await Cluster.start(run, { env: { WS_PING_INTERVAL: "5", WS_PING_TIMEOUT: "5" } });
  const replica = run.random.pick(cluster.replicas.all);
  await cluster.flow(2_000);
  replica.kill("SIGSTOP");
  await delay(ms);
  replica.kill("SIGCONT");
  const overAtMs = performance.now();
  await cluster.flow(5_000);
  const history = cluster.observed;
  const recovery = [...recoveryTimes(history), ...timesToFirstNews(history, overAtMs)];
  return cluster.finish({}, { recovery, notes: [`stopped for ${ms / 1_000} s`] });
}
