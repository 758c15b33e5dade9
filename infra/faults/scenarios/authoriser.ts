import type { SwarmClient } from "@roomcast/testkit";
import { waitUntil } from "@roomcast/testkit";
import { Authoriser } from "../authoriser.ts";
import { Cluster } from "../cluster.ts";
import type { Scenario } from "../scenario.ts";

interface Closed {
  client: SwarmClient;
  room: string;
}

/** A replica caches a denial for five seconds. */
const reopenMs = 20_000;

/**
 * No token grants a room, so replicas ask the authoriser.
 * It fails, then denies some rooms, then allows them again.
 */
export const authoriser: Scenario = {
  name: "authoriser",
  fault: "the authoriser fails while every connection is broken; then it closes rooms, and opens them again",
  async run(run) {
    const asked = await Authoriser.start(run);
    const closed: Closed[] = [];
    const shares = { churn: 0.1, since: 0 };
    const cluster = await Cluster.start(run, { env: asked.env, claims: { rooms: [] }, shares });
    await cluster.flow(2_000);
    asked.isDown = true;
    cluster.replicas.sever();
    await cluster.flow(5_000);
    asked.isDown = false;
    await cluster.flow(3_000);
    for (const client of run.random.sample(stayingClients(cluster), 10)) {
      const [room] = client.rooms;
      if (room !== undefined) closed.push({ client, room });
    }
    for (const { client, room } of closed) asked.denied.add(`${client.name} ${room}`);
    // A restarted replica has no cached answers.
    for (const replica of cluster.replicas.all) await cluster.replicas.crash(replica);
    const failures = await unmet("every client is told of the room that it lost", () =>
      closed.every(wasTold),
    );
    asked.denied.clear();
    for (const one of closed) {
      const opens = unmet(`${one.client.name} enters ${one.room} again`, () => reopen(one), reopenMs);
      failures.push(...(await opens));
    }
    await cluster.flow(2_000);
    const mayClose = (client: string, room: string) =>
      closed.some((one) => one.client.name === client && one.room === room);
    return cluster.finish({ closed: mayClose }, { failures, notes: [`${closed.length} rooms closed`] });
  },
};

/** Clients that leave no room by themselves and of which nothing was revoked. */
function stayingClients({ swarm, revocations }: Cluster): SwarmClient[] {
  const revoked = new Set(revocations?.all.map(({ client }) => client));
  return swarm.clients.filter(
    ({ name, ops, hasGivenUp }) =>
      !hasGivenUp && !revoked.has(name) && !ops.some(({ kind }) => kind === "unsubscribing"),
  );
}

function wasTold({ client, room }: Closed): boolean {
  if (client.hasGivenUp) return true;
  return client.ops.some((op) => op.kind === "reset" && op.room === room && op.reason === "access");
}

async function reopen({ client, room }: Closed): Promise<boolean> {
  if (!client.hasGivenUp) await client.follow([{ room }]);
  return client.hasGivenUp || client.rooms.includes(room);
}

/** Waits for a condition. Returns a failure if it does not hold in time. */
async function unmet(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  withinMs = 10_000,
): Promise<string[]> {
  const error = await waitUntil(what, isTrue, withinMs).catch((reason: Error) => reason);
  return error instanceof Error ? [error.message] : [];
}
