import { setTimeout as delay } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import { Stage } from "../stage.ts";

const tenEvents = {
  HISTORY_GLOBAL_EVENTS: "10",
  HISTORY_PROJECT_EVENTS: "10",
  HISTORY_AGENT_EVENTS: "10",
  HISTORY_CHANNEL_EVENTS: "10",
};

/** Clients are away for longer than the histories reach back. */
export const trimmedHistory: Scenario = {
  name: "trimmed-history",
  fault: "histories of 10 events, clients cut off past them",
  async run(run) {
    const stage = await Stage.set(run, {
      env: tenEvents,
      shares: { polling: 0, upgrading: 0, since: 0, churn: 0 },
    });
    const { balancer } = stage.replicas;
    await stage.flow(2_000);
    balancer.cut();
    balancer.sever();
    await delay(5_000);
    balancer.heal();
    await stage.flow(5_000);
    const outcome = await stage.finish({ resets: ["trimmed"] });
    const failures = outcome.resets > 0 ? [] : ["no client was told that its rooms had been trimmed"];
    return { ...outcome, failures: [...outcome.failures, ...failures] };
  },
};
