import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { awaitReplica, RedisConnection } from "@roomcast/service";
import { type SentinelGroup, startSentinelGroup, waitUntil } from "@roomcast/testkit";

let group: SentinelGroup;
let connection: RedisConnection;
beforeAll(async () => {
  group = await startSentinelGroup({ replicas: 1, sentinels: 1 });
  // Without Sentinel: what is known of replicas is what was seen.
  const { url } = await group.master();
  connection = new RedisConnection({ target: { kind: "standalone", url }, name: "test", probeKey: "probe" });
  await connection.connect();
}, 30_000);
afterAll(async () => {
  await connection.close();
  await group.stop();
}, 30_000);

const replication = () => awaitReplica(connection, 200);

test("a write is confirmed by a replica, and late where the only one is not there any more", async () => {
  await waitUntil("a replica confirms", async () => (await replication()) === "confirmed");
  const master = await group.master();
  const replica = group.servers.find((server) => server !== master);
  await replica?.kill("SIGKILL");
  await waitUntil(
    "the master has noticed",
    async () => !(await connection.client.info("replication")).includes("online"),
  );
  expect(await replication()).toBe("late");
});

test("a Redis that never had a replica has none to wait for", async () => {
  const fresh = { client: connection.client, expectsReplica: false };
  expect(await awaitReplica(fresh, 200)).toBe("none");
});
