import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { registryStats } from "@roomcast/api";
import type { ReplicaStats } from "@roomcast/service";
import { token } from "./support/credentials.ts";
import { TestApi } from "./support/test-api.ts";

describe("probes", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start();
  });
  afterEach(() => api.close());

  const get = (path: string) => api.call("GET", path, null, { bearer: null });

  test("GET /health says the process is alive, even if a check fails", async () => {
    api.health.add("log", () => Promise.reject(new Error("down")));
    expect(await get("/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  test("GET /ready says whether it may take traffic, and why not", async () => {
    let isUp = true;
    api.health.add("log", () => {
      if (!isUp) throw new Error("not connected");
    });
    expect(await get("/ready")).toMatchObject({
      status: 200,
      body: { status: "ready", checks: { log: "ok" } },
    });
    isUp = false;
    expect(await get("/ready")).toMatchObject({
      status: 503,
      body: { status: "unready", checks: { log: "not connected" } },
    });
  });
});

describe("statistics", () => {
  const replica = (replicaId: string, connections: number): ReplicaStats => ({
    replicaId,
    startedAt: "2026-01-01T00:00:00Z",
    connections,
    users: connections - 1,
    rooms: 3,
    subscriptions: 2 * connections,
    delivered: 0,
    offset: 0,
  });
  const replicas = [replica("a", 5), replica("b", 7)];

  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start({ stats: registryStats({ list: async () => replicas }) });
  });
  afterEach(() => api.close());

  const path = "/api/v1/websocket/stats";
  const readAs = (bearer: string | null) => api.call("GET", path, null, { bearer });

  test("GET /api/v1/websocket/stats sums up the replicas", async () => {
    expect(await api.call("GET", path, null)).toMatchObject({
      status: 200,
      body: { connections: 12, users: 10, rooms: 6, subscriptions: 24, replicas },
    });
  });

  test("SEC-41 is for API keys and the scopes stats:read and admin", async () => {
    expect((await readAs(token({ scope: "stats:read" }))).status).toBe(200);
    expect((await readAs(token({ scope: "admin" }))).status).toBe(200);
    expect((await readAs(token({ scope: "events:publish" }))).status).toBe(403);
    expect((await readAs(null)).status).toBe(401);
  });

  test("is unavailable while the registry is", async () => {
    const cut = await TestApi.start({
      stats: registryStats({ list: () => Promise.reject(new Error("not connected")) }),
    });
    const answer = await cut.call("GET", path, null);
    await cut.close();
    expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
  });
});
