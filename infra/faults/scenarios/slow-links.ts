import { TcpProxy } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import type { Replicas } from "../replicas.ts";
import type { Run, Scenario } from "../scenario.ts";

const bytesPerSecond = 100 * 1_024;
/** Together 1.2 MB for each client: twelve seconds of its link. */
const missed = { events: 60, padding: "x".repeat(40_000) };
/** Much shorter than the transfer of the missed events takes. */
const env = { WS_PING_INTERVAL: "3", WS_PING_TIMEOUT: "3" };

/** Clients reconnect over links on which the missed events take longer than the ping timeout. */
export const slowLinks: Scenario = {
  name: "slow-links",
  fault: "links of 100 KB/s, cut; 1.2 MB missed by each client, pings of 3 s; by polling, websocket and both",
  async run(run) {
    const links: TcpProxy[] = [];
    const cluster = await Cluster.start(run, {
      clients: 9,
      rooms: 2,
      roomsPerClient: 1,
      rate: 10,
      env,
      shares: { polling: 0.34, upgrading: 0.33, filtered: 0, since: 0, churn: 0 },
      revokeEveryMs: false,
      urls: (replicas) => startLinks(run, replicas, links),
    });
    await cluster.flow(1_000);
    for (const link of links) {
      link.cut();
      link.sever();
      link.throttle(bytesPerSecond);
    }
    await Promise.all(
      Array.from({ length: missed.events }, (_, n) =>
        cluster.publishers.publish(
          `missed-${n}`,
          [run.random.pick(cluster.rooms)],
          undefined,
          missed.padding,
        ),
      ),
    );
    for (const link of links) link.heal();
    return cluster.finish();
  },
};

async function startLinks(run: Run, { all }: Replicas, links: TcpProxy[]) {
  for (const { port } of all) links.push(await TcpProxy.start(port));
  run.onEnd(() => Promise.all(links.map((link) => link.stop())));
  const url = () => `http://127.0.0.1:${run.random.pick(links).port}`;
  return { url, pollingUrl: url };
}
