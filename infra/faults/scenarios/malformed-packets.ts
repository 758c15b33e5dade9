import { Cluster } from "../cluster.ts";
import { sendMalformed } from "../malformed-packets.ts";
import { megabytes, Probe } from "../probe.ts";
import { rawClientEnv } from "../raw-client.ts";
import type { Scenario } from "../scenario.ts";

const attackers = 20;
const mostExtraBytes = 50 * 1_048_576;

/** Clients with a valid token send only malformed packets. */
export const malformedPackets: Scenario = {
  name: "malformed-packets",
  fault: "malformed packets from clients with valid tokens",
  async run(run) {
    const probe = await Probe.make(run);
    const cluster = await Cluster.start(run, {
      clients: 40,
      rate: 50,
      env: { ...probe.env, ...rawClientEnv },
    });
    const { replicas } = cluster;
    const wanted = run.isQuick ? 100_000 : 1_000_000;
    // The first packets fill caches.
    await sendMalformed(replicas.url, 10_000, run.random, attackers);
    const before = await probe.ask(replicas.all);
    const sent = await sendMalformed(replicas.url, wanted, run.random, attackers);
    const after = await probe.ask(replicas.all);
    const extraBytes = after.heapBytes - before.heapBytes;
    const failures =
      extraBytes <= mostExtraBytes ? [] : [`a replica's heap grew by ${megabytes(extraBytes)}`];
    const notes = [`${sent} packets`, `heap ${extraBytes < 0 ? "" : "+"}${megabytes(extraBytes)}`];
    return cluster.finish({}, { failures, notes });
  },
};
