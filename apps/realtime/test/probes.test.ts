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
    const other = await fetch(`${replica.url}/health`, { method: "POST" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const head = await fetch(`${replica.url}/ready`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("and all its other answers are for no frame, no script and no guess; HSTS is for who has TLS", async () => {
    const engine = "/socket.io/?EIO=4&transport=polling";
    const paths = ["/health", "/ready", "/nothing", engine, `${engine}&sid=none`, "/socket.io/socket.io.js"];
    for (const path of paths) {
      const { headers } = await fetch(replica.url + path);
      expect([path, headers.get("x-content-type-options")]).toEqual([path, "nosniff"]);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("strict-transport-security")).toBeNull();
    }
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
