import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const get = (path: string) => api.call("GET", path, null, { bearer: null });

test("GET /health says the process is alive, whatever the checks say", async () => {
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
