import { setTimeout as delay } from "node:timers/promises";
import type { RoomName } from "@roomcast/events";
import { type RoomcastProcess, TcpProxy } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { neverLeaves } from "../never-leaves.ts";
import { megabytes, Probe } from "../probe.ts";
import { Publishers } from "../publishers.ts";
import { RawClient, rawClientEnv } from "../raw-client.ts";
import type { Run, Scenario } from "../scenario.ts";
import { sendToLog } from "../send.ts";
import { quantile } from "../table.ts";

const room: RoomName = "channel:flood";
/** Kernel buffers may take 40 MB for each client before the server notices that it does not read. */
const flood = { padding: "x".repeat(32_768), rate: 150, isPlain: true, keyPrefix: "flood-" };
const floodMs = 15_000;
const mostExtraBytes = 256 * 1_048_576;
/** Below this, the machine itself may cause the tail of the latency. */
const noticeableMs = 150;

/** Some clients stop reading, some of these still answer pings, and some read one kilobyte a second. */
export const slowClients: Scenario = {
  name: "slow-clients",
  fault: "clients that stop reading, with and without fake pongs; 1 KB/s readers",
  async run(run) {
    const probe = await Probe.make(run);
    const clients = run.isQuick ? 40 : 100;
    const cluster = await Cluster.start(run, { clients, rate: 100, env: { ...probe.env, ...rawClientEnv } });
    const { replicas } = cluster;
    const before = await probe.ask(replicas.all);
    const calmFromMs = performance.now();
    await cluster.flow(5_000);
    // Connect directly to one replica, because a balancer would add its own buffers.
    const [{ url, port }] = replicas.all as [RoomcastProcess];
    const trickle = await TcpProxy.start(port);
    run.onEnd(() => trickle.stop());
    const slow = await gatherSlow(run, url, trickle);
    const flooding = new Publishers({
      ...flood,
      send: sendToLog(cluster.log),
      rooms: [room],
      random: run.random,
    });
    run.onEnd(() => flooding.end());
    const floodFromMs = performance.now();
    flooding.start();
    await delay(floodMs);
    await flooding.stop();
    const floodToMs = performance.now();
    const during = await probe.ask(replicas.all);
    trickle.throttle(undefined);
    const uncut = await countUncut(slow);
    // Compute this last: delayed events have arrived by now, and clients that leave rooms have left one.
    const calm = latencies(cluster, calmFromMs, floodFromMs);
    const flooded = latencies(cluster, floodFromMs, floodToMs);
    const [calmP99, floodP99] = [quantile(calm, 0.99), quantile(flooded, 0.99)];
    const isSlowed = flooded.length === 0 || floodP99 > Math.max(2 * calmP99, noticeableMs);
    const extraBytes = during.rssBytes - before.rssBytes;
    const failures = [
      ...(uncut === 0 ? [] : [`${uncut} of ${slow.length} slow clients were not cut off`]),
      ...(extraBytes <= mostExtraBytes ? [] : [`a replica took ${megabytes(extraBytes)} more`]),
      ...(isSlowed ? ["the other clients were slowed down"] : []),
    ];
    const p99 = `others' p99 ${Math.round(calmP99)} → ${Math.round(floodP99)} ms`;
    const notes = [`${slow.length} slow clients cut`, p99, `+${megabytes(Math.max(0, extraBytes))}`];
    return cluster.finish({}, { failures, notes });
  },
};

/** The latencies in milliseconds of events published in a period, for clients that stay in their rooms. */
function latencies({ publishers, swarm }: Cluster, fromMs: number, toMs: number): number[] {
  return swarm.clients.filter(neverLeaves).flatMap(({ ops }) =>
    ops.flatMap((op) => {
      const sentAtMs = op.kind === "received" ? (publishers.publications.get(op.key)?.sentAtMs ?? 0) : 0;
      return op.kind === "received" && sentAtMs >= fromMs && sentAtMs < toMs ? [op.atMs - sentAtMs] : [];
    }),
  );
}

/** Six clients that follow the flooded room: two of each kind. */
async function gatherSlow(run: Run, url: string, trickle: TcpProxy): Promise<RawClient[]> {
  const kinds = ["silent", "silent", "pretending", "pretending", "trickle", "trickle"];
  const clients: RawClient[] = [];
  for (const [index, kind] of kinds.entries()) {
    const through = kind === "trickle" ? `http://127.0.0.1:${trickle.port}` : url;
    const client = await RawClient.connected(through, `slow${index}`);
    run.onEnd(() => client.cut());
    await client.follow(room);
    clients.push(client);
    if (kind !== "trickle") client.socket.pause();
    if (kind === "pretending") pretend(run, client);
  }
  trickle.throttle(1_024);
  return clients;
}

/** Sends pongs for pings that it never reads. */
function pretend(run: Run, client: RawClient): void {
  const timer = setInterval(() => client.send("3"), 1_000);
  run.onEnd(() => clearInterval(timer));
}

/**
 * Counts the clients that the server has not disconnected.
 * They read on, because the end comes behind sent data.
 */
async function countUncut(slow: readonly RawClient[]): Promise<number> {
  for (const { socket } of slow) socket.resume();
  await delay(5_000);
  return slow.filter(({ isClosed }) => !isClosed).length;
}
