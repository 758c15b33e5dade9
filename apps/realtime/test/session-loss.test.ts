import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Replica, type Replicas, startReplica, startReplicas } from "./support/replica.ts";

describe("a client whose stored session was lost with Redis' data", () => {
  let cluster: Replicas;
  let replica: Replica;
  let redis: RedisConnection;
  let client: TestClient;
  beforeEach(async () => {
    cluster = await startReplicas(1);
    replica = cluster.replicas[0] as Replica;
    redis = new RedisConnection({
      target: parseRedisUrl(cluster.redis.url),
      name: "test",
      onError: () => undefined,
    });
    await redis.connect();
    client = await TestClient.connected(replica.url, { token: testToken() });
  }, 30_000);
  afterEach(async () => {
    client.close();
    await redis.close();
    await replica.close();
    await cluster.stop();
  });

  test("is not resumed in the rooms alone that it entered since", async () => {
    await client.subscribe("project:before");
    await crash();
    await waitUntil(
      "it is told",
      async () => (await client.next("room.reset")).event.room === "project:before",
    );
    await waitUntil("it follows another room", () => follows("project:since"));
    expect(await isStored()).toBe(false);
    await expectFreshSession();
  });

  test("is not resumed in the rooms that an old snapshot still has", async () => {
    await client.subscribe("project:left");
    await redis.client.sendCommand(["SAVE"]);
    await client.subscribe("project:entered");
    await client.call("unsubscribe", { room: "project:left" });
    await announce(cluster, "project:entered");
    await crash();
    await waitUntil("the session is forgotten", async () => !(await isStored()));
    await expectFreshSession();
  });

  test("is resumed if its session has survived", async () => {
    await client.subscribe("project:kept");
    await redis.client.sendCommand(["SAVE"]);
    await crash();
    await waitUntil("it follows another room", () => follows("project:more"));
    client.breakConnection();
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    const { event } = await client.next("connection.established");
    expect(event.data).toMatchObject({ recovered: true });
    expect(event.data.rooms).toEqual(expect.arrayContaining(["project:kept", "project:more"]));
  });

  test("WS-POS-11 is not resumed in old rooms if it was away during the loss", async () => {
    await client.subscribe("project:left");
    await redis.client.sendCommand(["SAVE"]);
    await client.subscribe("project:entered");
    await client.call("unsubscribe", { room: "project:left" });
    await away(crash);
    expect(client.socket.recovered).toBe(false);
  });

  test("WS-POS-11 is resumed if it was away during the loss and its session has survived", async () => {
    await client.subscribe("project:kept");
    await redis.client.sendCommand(["SAVE"]);
    await away(crash);
    expect(client.socket.recovered).toBe(true);
    await announce(cluster, "project:kept");
    await client.next("project.updated");
  });

  test("WS-POS-11 is not resumed if no replica is left that knows whether its session has survived", async () => {
    await client.subscribe("project:kept");
    await redis.client.sendCommand(["SAVE"]);
    await away(async () => {
      await replica.close();
      replica = await startReplica(cluster.redis.url, { PORT: String(replica.port) });
      await crash();
    });
    expect(client.socket.recovered).toBe(false);
    expect(await follows("project:kept")).toBe(true);
  }, 60_000);

  async function crash(): Promise<void> {
    await cluster.redis.kill();
    await cluster.redis.restart();
    await redis.ready();
    await waitUntil("the replica is ready", async () => (await fetch(`${replica.url}/ready`)).ok);
  }

  /** Its connection breaks, and it comes back when the work is done. */
  async function away(work: () => Promise<void>): Promise<void> {
    client.socket.io.reconnection(false);
    client.breakConnection();
    await work();
    client.socket.io.reconnection(true);
    client.socket.connect();
    await client.reconnected();
  }

  async function follows(room: string): Promise<boolean> {
    return (await client.call("subscribe", { room })).ok;
  }

  async function isStored(): Promise<boolean> {
    const { _pid: pid } = client.socket as unknown as { _pid: string };
    await redis.ready();
    return (await redis.client.exists(`roomcast:{p0}:session:${pid}`)) === 1;
  }

  async function expectFreshSession(): Promise<void> {
    client.breakConnection();
    await client.reconnected();
    expect(client.socket.recovered).toBe(false);
  }
});
