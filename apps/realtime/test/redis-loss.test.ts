import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type RedisServer, startRedis, TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { type Extension, startExtension } from "./support/extension.ts";

describe("two replicas with code of their own over one Redis", () => {
  let redis: RedisServer;
  let replicas: Extension[];
  beforeAll(async () => {
    redis = await startRedis();
    replicas = await Promise.all([startExtension(redis.url), startExtension(redis.url)]);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.process.stop()));
    await redis.stop();
  });

  test("an ad-hoc emit to a room reaches its clients on both", async () => {
    const clients = await follow();
    await replicas[0]?.does("emit");
    for (const client of clients) {
      expect((await client.next("extension")).event).toEqual({ said: "hello" });
    }
    for (const client of clients) client.close();
  });

  test("fetchSockets of one sees the sockets of both", async () => {
    const clients = await follow();
    expect(await replicas[0]?.count()).toBe(2);
    for (const client of clients) client.close();
  });

  test("disconnectSockets of one ends the connections to the other, which do not come back", async () => {
    const clients = await follow();
    const ended = clients.map(
      (client) => new Promise((resolve) => client.socket.once("disconnect", (reason) => resolve(reason))),
    );
    await replicas[0]?.does("disconnect");
    expect(await Promise.all(ended)).toEqual(["io server disconnect", "io server disconnect"]);
    for (const client of clients) client.close();
  });

  test("WS-SAFE-15 both live through the loss of Redis in the middle of their messages, and heal", async () => {
    const clients = await follow();
    for (const replica of replicas) await replica.does("flood");
    await Promise.all(clients.map((client) => client.next("extension")));
    await redis.kill();
    await waitUntil("both have noticed", async () => (await readiness()).every((isReady) => !isReady));
    // Commands that need no Redis go on, and whatever needs it is answered.
    for (const client of clients) {
      expect(await client.call("ping")).toMatchObject({ ok: true });
      expect(await client.call("subscribe", { room: "project:2" })).toMatchObject({
        error: { code: "unavailable", retryable: true },
      });
    }
    await redis.restart();
    await waitUntil("both are ready again", async () => (await readiness()).every(Boolean));
    for (const replica of replicas) await replica.does("stop");
    for (const { process } of replicas) {
      expect(process.hasExited).toBe(false);
      expect(process.output).not.toMatch(/unhandled|uncaught|"level":"fatal"/);
    }
    const again = await follow();
    await replicas[0]?.does("emit");
    await Promise.all(again.map((client) => client.next("extension")));
    for (const client of [...clients, ...again]) client.close();
  });

  function follow(): Promise<TestClient[]> {
    return Promise.all(
      replicas.map(async ({ url }, index) => {
        const client = await TestClient.connected(url, { token: testToken(`u${index}`) });
        await client.subscribe("project:extended");
        return client;
      }),
    );
  }

  function readiness(): Promise<boolean[]> {
    return Promise.all(replicas.map((replica) => replica.isReady()));
  }
});
