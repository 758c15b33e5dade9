import { startRedis, TcpProxy, TestClient, testToken, timesToFirstNews, waitUntil } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { askRedis } from "../redis-admin.ts";
import { isReady } from "../replicas.ts";
import type { Run, Scenario } from "../scenario.ts";

const longestMs = 20_000;

/** Redis fails over behind a fixed address. Existing connections to the old master stay open. */
export const fixedAddress: Scenario = {
  name: "fixed-address",
  fault: "failover behind a fixed address, old connections left open to the demoted master",
  async run(run) {
    const { old, next, address } = await startPair(run);
    const cluster = await Cluster.start(run, { redisUrl: `redis://127.0.0.1:${address.port}` });
    await cluster.flow(3_000);
    address.setTargets([next.port]);
    await askRedis(old.url, ["FAILOVER", "TO", "127.0.0.1", String(next.port)]);
    const isPromoted = async () => (await roleOf(next.url)) === "master";
    await waitUntil("the other Redis is master", isPromoted);
    const overAtMs = performance.now();
    const failures: string[] = [];
    const expect = (what: string, isTrue: () => Promise<boolean>) =>
      waitUntil(what, isTrue, longestMs).catch(({ message }: Error) => failures.push(message));
    const serving = cluster.replicas.all.map((replica, index) =>
      expect(`replica ${index} is ready and accepts a client`, async () => {
        return (await isReady(replica)) && (await acceptsClient(replica.url, `new${index}`));
      }),
    );
    await Promise.all(serving);
    await expect("no connection is left at the demoted master", async () => (await clientsOf(old.url)) === 0);
    cluster.replicas.sever();
    await cluster.flow(3_000);
    const recovery = timesToFirstNews(cluster.observed, overAtMs);
    return cluster.finish({}, { recovery, failures });
  },
};

async function startPair(run: Run) {
  const args = ["--repl-diskless-sync-delay", "0"];
  const old = await startRedis({ args });
  run.onEnd(() => old.stop());
  const next = await startRedis({ args: [...args, "--replicaof", `127.0.0.1 ${old.port}`] });
  run.onEnd(() => next.stop());
  await waitUntil("the replica of Redis is in step", async () => {
    const [info] = await askRedis(next.url, ["INFO", "replication"]);
    return String(info).includes("master_link_status:up");
  });
  const address = await TcpProxy.start(old.port);
  run.onEnd(() => address.stop());
  return { old, next, address };
}

async function roleOf(url: string): Promise<string> {
  const [role] = (await askRedis(url, ["ROLE"])) as [[string]];
  return role[0];
}

/** Counts our connections to a Redis, without the one that asks. */
async function clientsOf(url: string): Promise<number> {
  const kinds = ["normal", "pubsub"];
  const lists = await askRedis(url, ...kinds.map((kind) => ["CLIENT", "LIST", "TYPE", kind]));
  const lines = lists.flatMap((list) =>
    String(list)
      .split("\n")
      .filter((line) => line !== ""),
  );
  return lines.filter((line) => !line.includes("cmd=client|list")).length;
}

async function acceptsClient(url: string, userId: string): Promise<boolean> {
  const client = await TestClient.connected(url, { token: testToken(userId) }).catch(() => undefined);
  client?.close();
  return client !== undefined;
}
