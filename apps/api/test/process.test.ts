import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type RunningApi, readConfig, startApi } from "@roomcast/api";
import { getBroadcaster } from "@roomcast/broadcaster";
import { exampleOf } from "@roomcast/events";
import {
  type PrivateProcess,
  type RedisServer,
  startProcess,
  startRedis,
  waitUntil,
} from "@roomcast/testkit";
import { apiKey, tokenSecret } from "./support/credentials.ts";
import { KeepAlivePublisher } from "./support/keep-alive-publisher.ts";
import { projectUpdate } from "./support/project-update.ts";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const environment = () => ({
  HOST: "127.0.0.1",
  PORT: "0",
  REDIS_URL: redis.url,
  JWT_SECRET: tokenSecret,
  API_KEYS: `backend:${apiKey}`,
});

const statusOf = async (url: string) => (await fetch(url)).status;

async function publish(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };
  const body = JSON.stringify(projectUpdate());
  const response = await fetch(`${url}/api/v1/events`, { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("the API over Redis", () => {
  let running: RunningApi;
  afterEach(() => running.close());

  async function start(env: Record<string, string> = {}): Promise<string> {
    running = await startApi(readConfig({ ...environment(), LOG_LEVEL: "silent", ...env }));
    return `http://127.0.0.1:${running.port}`;
  }

  test("becomes ready, publishes and shows the replicas", async () => {
    const url = await start();
    await waitUntil("ready", async () => (await statusOf(`${url}/ready`)) === 200);
    const first = await publish(url);
    const second = await getBroadcaster().broadcastProjectUpdated(exampleOf("project.updated"));
    expect(first).toMatchObject({ status: 201, body: { position: expect.stringMatching(/^\w+\.\d+$/) } });
    expect(offsetOf(second.position)).toBeGreaterThan(offsetOf(String(first.body.position)));

    const headers = { Authorization: `Bearer ${apiKey}` };
    const stats = await fetch(`${url}/api/v1/websocket/stats`, { headers });
    expect(await stats.json()).toMatchObject({ connections: 0, replicas: [] });
  });

  test("is alive but not ready while Redis cannot be reached, and refuses to publish", async () => {
    const url = await start({ REDIS_URL: "redis://127.0.0.1:1" });
    expect(await statusOf(`${url}/health`)).toBe(200);
    expect(await statusOf(`${url}/ready`)).toBe(503);
    expect(await publish(url)).toMatchObject({ status: 503, body: { code: "unavailable" } });
  });
});

const offsetOf = (position: string) => Number(position.split(".")[1]);

describe("the process", () => {
  let process_: PrivateProcess | undefined;
  afterEach(() => process_?.stop());

  test("listens, publishes, and ends on SIGTERM", async () => {
    process_ = await startProcess(process.execPath, [main], { env: environment() });
    const child = process_;
    await waitUntil("listening", () => portIn(child.output) !== undefined);
    const url = `http://127.0.0.1:${portIn(child.output)}`;
    await waitUntil("ready", async () => (await statusOf(`${url}/ready`)) === 200);
    expect((await publish(url)).status).toBe(201);

    child.kill("SIGTERM");
    await child.exited;
    expect(child.output).toContain("closing");
    expect(child.output).not.toContain("fatal");
    expect(child.output).not.toContain(apiKey);
  });

  test("goes on serving for WS_DRAIN_DELAY while it is not ready, and cuts no publisher off", async () => {
    process_ = await startProcess(process.execPath, [main], {
      env: { ...environment(), WS_DRAIN_DELAY: "1" },
    });
    const child = process_;
    await waitUntil("listening", () => portIn(child.output) !== undefined);
    const port = portIn(child.output) as number;
    await waitUntil("ready", async () => (await statusOf(`http://127.0.0.1:${port}/ready`)) === 200);
    const publishers = Array.from({ length: 8 }, () => new KeepAlivePublisher(port));
    const ends = publishers.map((publisher) => publisher.run());
    await waitUntil("all have published", () => publishers.every(({ answers }) => answers.length > 2));
    child.kill("SIGTERM");
    await waitUntil("closing", () => child.output.includes('"msg":"closing"'));
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect([ready.status, ready.headers.get("connection")]).toEqual([503, "close"]);
    expect(await ready.json()).toMatchObject({ checks: { draining: "the process is about to end" } });
    for (const publisher of publishers) publisher.answers.length = 0;
    // Each ends with the first request that cannot be sent.
    expect(new Set(await Promise.all(ends))).toEqual(new Set(["ECONNREFUSED"]));
    await child.exited;
    for (const { answers } of publishers) {
      expect(answers[0]).toBe("201 close");
      expect(answers.filter((answer) => !answer.startsWith("201 "))).toEqual([]);
    }
  });

  test("ends although connections stay open that ask for nothing", async () => {
    process_ = await startProcess(process.execPath, [main], { env: environment() });
    const child = process_;
    await waitUntil("listening", () => portIn(child.output) !== undefined);
    const publisher = new KeepAlivePublisher(portIn(child.output) as number);
    await waitUntil("published", async () => (await publisher.publish()).startsWith("201"));
    child.kill("SIGTERM");
    await child.exited;
    expect(child.output).not.toMatch(/"level":"(error|fatal)"/);
  });

  test("says what is wrong with its environment and ends", async () => {
    process_ = await startProcess(process.execPath, [main], { env: { PORT: "http" } });
    await process_.exited;
    for (const variable of ["PORT", "REDIS_URL", "JWT_SECRET"]) expect(process_.output).toContain(variable);
  });
});

function portIn(output: string): number | undefined {
  const line = output.split("\n").find((text) => text.includes('"msg":"listening"'));
  return line === undefined ? undefined : JSON.parse(line).port;
}
