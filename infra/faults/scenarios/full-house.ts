import type { Scenario } from "../scenario.ts";
import { Stage } from "../stage.ts";

/** Every user has as many connections as allowed when a replica dies, and every page is loaded anew. */
export const fullHouse: Scenario = {
  name: "full-house",
  fault: "one connection allowed a user: `kill -9` of a replica, and every page loaded anew; twice",
  async run(run) {
    const stage = await Stage.set(run, { env: { WS_MAX_CONNECTIONS_PER_USER: "1" } });
    for (const replica of stage.replicas.all.slice(0, 2)) {
      await stage.flow(2_000);
      const crashed = stage.replicas.crash(replica);
      for (const client of stage.swarm.clients) if (!client.hasGivenUp) client.reload();
      await crashed;
    }
    await stage.flow(3_000);
    return stage.finish({ freshSessions: true });
  },
};
