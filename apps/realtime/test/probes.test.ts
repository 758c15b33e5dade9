import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type RedisServer,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  waitUntil,
} from "@roomcast/testkit";

describe("a replica's probes", () => {
  let redis: RedisServer;
  let replica: RoomcastProcess;
  beforeAll(async () => {
    redis = await startRedis();
    replica = await startRoomcast("realtime", { redisUrl: redis.url });
  });
  afterAll(async () => {
    await replica.stop();
    await redis.stop();
  });

  test("answer that it lives and may take traffic, to be kept by no cache", async () => {
    const health = await fetch(`${replica.url}/health?verbose`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const ready = await fetch(`${replica.url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: "ready", checks: { log: "ok", cluster: "ok", draining: "ok" } },
    ]);
    for (const { headers } of [health, ready]) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("application/json");
    }
  });

  test("answer 404 to anything else, and to HEAD as to GET", async () => {
    for (const path of ["/", "/healthz", "/health/", "/ready/x", "/api/v1/events", "/%2e%2e/etc/passwd"]) {
      expect((await fetch(replica.url + path)).status).toBe(404);
    }
    const head = await fetch(`${replica.url}/ready`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("tell that it may take no traffic while Redis is lost, and that it lives", async () => {
    await redis.kill();
    await waitUntil("it is unready and says why", async () => {
      const ready = await fetch(`${replica.url}/ready`);
      return (
        ready.status === 503 && /"cluster":"Redis at [\d.:]+: connection refused"/.test(await ready.text())
      );
    });
    expect((await fetch(`${replica.url}/health`)).status).toBe(200);
    await redis.restart();
    await waitUntil("it is ready again", async () => (await fetch(`${replica.url}/ready`)).ok);
  });
});
