import { Cluster } from "../cluster.ts";
import type { Scenario } from "../scenario.ts";

/** Every user has the maximum of connections when a replica dies, and then every page is reloaded. */
export const fullHouse: Scenario = {
  name: "full-house",
  fault: "one connection allowed a user: `kill -9` of a replica, and every page loaded anew; twice",
  async run(run) {
    const cluster = await Cluster.start(run, { env: { WS_MAX_CONNECTIONS_PER_USER: "1" } });
    for (const replica of cluster.replicas.all.slice(0, 2)) {
      await cluster.flow(2_000);
      const crashed = cluster.replicas.crash(replica);
      for (const client of cluster.swarm.clients) if (!client.hasGivenUp) client.reload();
      await crashed;
    }
    await cluster.flow(3_000);
    return cluster.finish({ freshSessions: true });
  },
};
