import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  projectUpdated,
  publish,
  type RedisServer,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  TestClient,
  testApiKey,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { isAlive, startWorkers, type Workers, workerOf } from "./support/workers.ts";

const transports = {
  websocket: ["websocket"],
  polling: ["polling"],
  "polling, then websocket": ["polling", "websocket"],
};

describe("two workers behind one port", () => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  let workers: Workers;
  beforeAll(async () => {
    redis = await startRedis();
    [api, workers] = await Promise.all([
      startRoomcast("api", { redisUrl: redis.url }),
      // So long that the last test's second signal comes before the end.
      startWorkers(2, redis.url, { WS_DRAIN_DELAY: "600" }),
    ]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api.stop(), workers.process.stop(0)]);
    await redis.stop();
  });

  test.each(Object.entries(transports))(
    "share the clients, to whom every event comes once and in order: %s",
    async (name, offered) => {
      const clients = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          TestClient.connected(workers.url, { token: testToken(`u${index}`), transports: offered }),
        ),
      );
      expect(new Set(clients.map(workerOf))).toEqual(new Set([1, 2]));
      await Promise.all(clients.map((client) => client.subscribe(`project:${offered.join("-")}`)));
      const sent: string[] = [];
      for (let n = 0; n < 100; n++) {
        const { body } = await publish(api.url, projectUpdated(offered.join("-"), { n }));
        sent.push(body.id);
      }
      for (const client of clients) {
        const received = await client.take(sent.length, "project.updated");
        expect(received.map(({ event }) => event.id)).toEqual(sent);
        expect(client.unread).not.toContain("project.updated");
        const transport = client.socket.io.engine.transport.name;
        expect(transport).toBe(name === "polling" ? "polling" : "websocket");
        client.close();
      }
    },
    60_000,
  );

  test("are replicas of their own to the statistics", async () => {
    const { replicas } = (await stats()) as { replicas: unknown[] };
    expect(replicas).toHaveLength(2);
  });

  test("answer probes together", async () => {
    const health = await fetch(`${workers.url}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const ready = await fetch(`${workers.url}/ready?x`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: "ready", checks: { draining: "ok", "worker 1": "ok", "worker 2": "ok" } },
    ]);
  });

  test("WS-CONN-13 serve everybody for WS_DRAIN_DELAY, and end at once when the one that accepts is told again", async () => {
    const pids = [...workers.pids().values()];
    workers.kill("SIGTERM");
    await waitUntil("it is not ready", async () => (await fetch(`${workers.url}/ready`)).status === 503);
    const client = await TestClient.connected(workers.url, { token: testToken("late") });
    await client.subscribe("project:late");
    await publish(api.url, projectUpdated("late"));
    await client.next("project.updated");
    workers.kill("SIGTERM");
    await workers.process.exited;
    await waitUntil("it says so", () => workers.process.output.includes("second signal"));
    await waitUntil("the workers have ended", () => !pids.some(isAlive));
    client.close();
  }, 60_000);

  async function stats(): Promise<unknown> {
    const headers = { authorization: `Bearer ${testApiKey}` };
    return (await fetch(`${api.url}/api/v1/websocket/stats`, { headers })).json();
  }
});
