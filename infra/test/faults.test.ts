import { describe, expect, test } from "@jest/globals";
import { startRedis } from "@roomcast/testkit";
import { Cluster, type ClusterOptions } from "../faults/cluster.ts";
import { killConnections } from "../faults/redis-admin.ts";
import { runScenario } from "../faults/run-scenario.ts";
import type { Outcome, Row, Run } from "../faults/scenario.ts";
import { killReplicas } from "../faults/scenarios/kill-replica.ts";
import { catchMutant, noReplay } from "../faults/scenarios/mutants.ts";
import { emptyRedis } from "../faults/scenarios/restart-redis.ts";

/** The fault harness in small: `npm run test:faults` has all faults, and more clients. */
describe("clients under faults", () => {
  const clients = 20;
  const small = {
    clients,
    rate: 60,
    shares: { churn: 0.1, since: 0.1 },
    revokeEveryMs: false,
    replicaRedisUrls: async (redisUrl: string) => [redisUrl, redisUrl],
  } as const;
  const timeoutMs = 60_000;
  const clean = { anomalies: [], failures: [] };

  test(
    "lose nothing when every connection to Redis breaks and a replica is killed, and nothing reaches those who are revoked",
    async () => {
      const row = await played("client-kill", breakAndKill);
      expect(row).toMatchObject({ ...clean, resets: 0 });
      expect(row.recovery.length).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  test(
    "are told, once for each room, when Redis loses everything",
    async () => {
      const row = await played("empty", (run) => emptyRedis(run, small));
      expect(row).toMatchObject(clean);
      expect(row.resets).toBeGreaterThanOrEqual(5 * 0.8 * clients);
    },
    timeoutMs,
  );

  test(
    "are seen to lose events when replay is switched off",
    async () => {
      const play = (run: Run, options: ClusterOptions) => killReplicas(run, 1, options);
      const row = await played("mutant", (run) => catchMutant(run, { ...noReplay, play }, small));
      expect(row).toMatchObject(clean);
    },
    timeoutMs,
  );

  /** Two faults over the same processes. */
  async function breakAndKill(run: Run): Promise<Outcome> {
    const redis = await startRedis();
    run.onEnd(() => redis.stop());
    const cluster = await Cluster.start(run, { ...small, redisUrl: redis.url, revokeEveryMs: 1_000 });
    await killConnections(redis.url);
    await cluster.flow(2_000);
    await cluster.replicas.crash(run.random.pick(cluster.replicas.all));
    await cluster.flow(1_000);
    return cluster.finish();
  }

  /** Runs a scenario in small; what it has to say is shown only if it fails. */
  async function played(name: string, run: (run: Run) => Promise<Outcome>): Promise<Omit<Row, "history">> {
    const said: string[] = [];
    const row = await runScenario(
      { name, fault: name, run },
      { seed: 1, isQuick: true, say: (text) => said.push(text) },
    );
    if (row.anomalies.length + row.failures.length > 0) console.error(said.join("\n"));
    const { history: _history, ...rest } = row;
    return rest;
  }
});
