import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { channelOf } from "@roomcast/realtime";
import { StartError } from "@roomcast/service";
import {
  projectUpdated,
  publish,
  type RedisServer,
  type RoomcastProcess,
  redisCommand,
  startRedis,
  startRoomcast,
  TestClient,
  testApiKey,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { openReplica, type Replica, startReplica } from "./support/replica.ts";

/** The line that operators copy. */
const documented = /^user roomcast .*$/m.exec(
  readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8"),
)?.[0] as string;

const rights = documented.replace("user roomcast", "");

describe("a user with the documented rights", () => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  let replicas: Replica[];
  beforeAll(async () => {
    redis = await startRedis();
    await redisCommand(redis.port, `ACL SETUSER roomcast ${rights}`);
    const redisUrl = redis.url.replace("://", "://roomcast:password@");
    api = await startRoomcast("api", { redisUrl });
    replicas = await Promise.all([startReplica(redisUrl), startReplica(redisUrl)]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api.stop(), ...replicas.map((replica) => replica.close())]);
    await redis.stop();
  });

  test("can do all that the processes do, and nothing is refused", async () => {
    const [first, second] = replicas as [Replica, Replica];
    const client = await TestClient.connected(first.url, { token: testToken("ada") });
    await client.subscribe("project:1");
    await publish(api.url, projectUpdated("1"));
    const { position } = await client.next("project.updated");
    expect(await client.call("history", { room: "project:1" })).toMatchObject({ ok: true });
    const page = await TestClient.connected(second.url, { token: testToken("eve") });
    expect(await page.call("subscribe", { room: "project:1", since: position })).toMatchObject({ ok: true });
    const later = { ...projectUpdated("1"), idempotencyKey: "k" };
    for (const duplicate of [undefined, true])
      expect((await publish(api.url, later)).body.duplicate).toBe(duplicate);
    await client.next("project.updated");
    client.socket.io.engine.close();
    await client.next("connection.established");
    expect(client.socket.recovered).toBe(true);
    // As code of one's own beside Roomcast's would.
    const { io } = (await first.started).realtime;
    io.of("/ws").to(channelOf("project:1")).emit("extension", { said: "hello" });
    for (const one of [client, page]) expect((await one.next("extension")).event).toEqual({ said: "hello" });
    expect(await io.of("/ws").in(channelOf("project:1")).fetchSockets()).toHaveLength(2);
    const revoked = await fetch(`${api.url}/api/v1/revocations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testApiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ userId: "ada" }),
    });
    expect(revoked.status).toBeLessThan(300);
    await client.next("connection.error");
    for (const one of [client, page]) one.close();
    await waitUntil("the API sees the replicas", async () => {
      const headers = { authorization: `Bearer ${testApiKey}` };
      const stats = await fetch(`${api.url}/api/v1/websocket/stats`, { headers });
      return ((await stats.json()) as { replicas: unknown[] }).replicas.length === 2;
    });
    expect(await redisCommand(redis.port, "ACL LOG")).toMatch(/^\*0\r\n/);
  });
});

describe("a user that lacks rights", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test.each([
    ["of the adapter's patterns", rights.replaceAll(/ &roomcast:socket\.io\S+/g, ""), /NOPERM.*channels/],
    ["of channels at all", " on >password ~roomcast:* resetchannels +@all", /may not run PUBLISH/],
    ["to keys", rights.replace("~roomcast:*", "~other:*"), /lacks a right.*NOPERM/],
    ["to a command", `${rights} -xadd -hset`, /may not run HSET, XADD/],
  ])("%s ends the start for good, with the reason", async (what, some, reason) => {
    const user = `few${what.length}`;
    await redisCommand(redis.port, `ACL SETUSER ${user} ${some}`);
    const redisUrl = redis.url.replace("://", `://${user}:password@`);
    const replica = await openReplica(redisUrl);
    const failure = await replica.started.catch((error: Error) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toMatch(/^Redis at 127\.0\.0\.1:\d+: /);
    expect((failure as Error).message).toMatch(reason);
    await replica.close();
  });
});
