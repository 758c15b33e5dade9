import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { Probe } from "../probe.ts";
import type { Scenario } from "../scenario.ts";

const longestReturnMs = 30_000;
const longestLagMs = 250;

/** All clients lose their connection at once and reconnect as fast as they can. */
export const reconnectStorm: Scenario = {
  name: "reconnect-storm",
  fault: "every connection broken at once; all come back within 0.5 s of each other",
  async run(run) {
    const probe = await Probe.make(run);
    const clients = run.isQuick ? 500 : 2_000;
    const shares = { polling: 0, upgrading: 0, filtered: 0, since: 0, churn: 0 };
    const cluster = await Cluster.start(run, {
      clients,
      rate: 20,
      roomsPerClient: 2,
      shares,
      env: probe.env,
    });
    const { replicas, swarm } = cluster;
    await cluster.flow(2_000);
    await probe.ask(replicas.all);
    const brokenAtMs = performance.now();
    replicas.sever();
    await waitUntil("the breaks are noticed", () => swarm.unsettled > 0);
    while (swarm.unsettled > 0 && performance.now() < brokenAtMs + longestReturnMs) await delay(20);
    const { lagP99Ms } = await probe.ask(replicas.all);
    const failures = [
      ...(swarm.unsettled === 0 ? [] : [`${swarm.unsettled} clients were not back in time`]),
      ...(lagP99Ms <= longestLagMs ? [] : [`a replica's event loop was late by ${Math.round(lagP99Ms)} ms`]),
    ];
    await cluster.flow(2_000);
    return cluster.finish({}, { failures, notes: [`event loop lag p99 ${Math.round(lagP99Ms)} ms`] });
  },
};
