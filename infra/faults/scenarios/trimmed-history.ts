import { setTimeout as delay } from "node:timers/promises";
import { Cluster } from "../cluster.ts";
import type { Scenario } from "../scenario.ts";

const tenEvents = {
  HISTORY_GLOBAL_EVENTS: "10",
  HISTORY_PROJECT_EVENTS: "10",
  HISTORY_AGENT_EVENTS: "10",
  HISTORY_CHANNEL_EVENTS: "10",
};

/** Clients are disconnected for longer than the histories reach back. */
export const trimmedHistory: Scenario = {
  name: "trimmed-history",
  fault: "histories of 10 events, clients cut off past them",
  async run(run) {
    const cluster = await Cluster.start(run, {
      env: tenEvents,
      shares: { polling: 0, upgrading: 0, since: 0, churn: 0 },
    });
    const { balancer } = cluster.replicas;
    await cluster.flow(2_000);
    balancer.cut();
    balancer.sever();
    await delay(5_000);
    balancer.heal();
    await cluster.flow(5_000);
    const outcome = await cluster.finish({ resets: ["trimmed"] });
    const failures = outcome.resets > 0 ? [] : ["no client was told that its rooms had been trimmed"];
    return { ...outcome, failures: [...outcome.failures, ...failures] };
  },
};
