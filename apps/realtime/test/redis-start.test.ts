import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { StartError } from "@roomcast/service";
import {
  freePort,
  type RedisServer,
  type RoomcastProcess,
  redisCommand,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { readConfig } from "../src/server/config.ts";
import { startRealtime } from "../src/server/start-realtime.ts";
import { openReplica, type Replica, replicaEnv, startReplica } from "./support/replica.ts";
import { startTerminable } from "./support/terminable.ts";

/** Workers take seconds to start where many tests run at once. */
const patienceMs = 60_000;
const twoWorkers = { LOG_LEVEL: "info", REALTIME_WORKERS: "2" };

async function probe(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path);
  return { status: response.status, text: await response.text() };
}

/** A realtime server in this process or in several, while Redis is not there. */
interface Waiting {
  url: string;
  output: () => string;
  /** Ends it and resolves when it has ended well. */
  end: () => Promise<void>;
}

describe.each([
  ["alone", waitingReplica],
  ["with workers", waitingWorkers],
])("a realtime process %s whose Redis is not there", (_, start) => {
  test(
    "lives, says why it is not ready, refuses clients in passing, and becomes ready by itself",
    async () => {
      const port = await freePort();
      const { url, output, end } = await start(`redis://127.0.0.1:${port}`);
      await waitUntil(
        "it says why",
        async () => {
          const { status, text } = await probe(url, "/ready");
          return status === 503 && text.includes(`Redis at 127.0.0.1:${port}: connection refused`);
        },
        30_000,
      );
      expect(await probe(url, "/health")).toMatchObject({ status: 200 });
      expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(503);
      const client = new TestClient(url, { token: testToken("ada") });
      client.socket.connect();
      const redis = await startRedis({ port });
      await client.next("connection.established");
      await waitUntil("it is ready", async () => (await probe(url, "/ready")).status === 200);
      expect(output()).toContain(`connected to Redis at 127.0.0.1:${port} again after`);
      expect(output()).not.toContain("    at ");
      client.close();
      await end();
      await redis.stop();
    },
    patienceMs,
  );

  test("ends well when it is told to", async () => (await start("redis://127.0.0.1:1")).end(), patienceMs);
});

async function waitingReplica(redisUrl: string): Promise<Waiting> {
  const replica = await openReplica(redisUrl);
  return { url: replica.url, output: () => replica.logLines.join(""), end: () => replica.close() };
}

async function waitingWorkers(redisUrl: string): Promise<Waiting> {
  const workers = await startTerminable(redisUrl, twoWorkers, "alive");
  return {
    url: workers.url,
    output: () => workers.process.output,
    async end() {
      workers.terminate();
      expect(await workers.exitCode()).toBe(0);
      expect(workers.process.output).not.toContain("not closed in time");
    },
  };
}

describe("a process with a wrong password", () => {
  let redis: RedisServer;
  let redisUrl: string;
  beforeAll(async () => {
    redis = await startRedis({ args: ["--requirepass", "right"] });
    redisUrl = redis.url.replace("://", "://:wr0ng@");
  });
  afterAll(() => redis.stop());

  test("alone cannot start and says what to do", async () => {
    const running = await startRealtime(readConfig(replicaEnv(redisUrl, { LOG_LEVEL: "fatal" })));
    const failure = await running.failed;
    expect(failure).toBeInstanceOf(StartError);
    expect(failure?.message).toMatch(/^Redis at 127\.0\.0\.1:\d+: .*password: see REDIS_URL/);
    expect(failure?.message).not.toContain("wr0ng");
    await running.close();
  });

  test(
    "with workers ends with 2 and says what to do",
    async () => {
      const workers = await startTerminable(redisUrl, twoWorkers, "started");
      expect(await workers.exitCode()).toBe(2);
      const { output } = workers.process;
      expect(output).toMatch(/could not start: Redis at 127\.0\.0\.1:\d+: .*password: see REDIS_URL/);
      expect(output).not.toContain("wr0ng");
      expect(output).not.toContain("    at ");
    },
    patienceMs,
  );
});

describe("processes whose Redis fills up", () => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  let replica: Replica;
  beforeAll(async () => {
    redis = await startRedis();
    api = await startRoomcast("api", { redisUrl: redis.url });
    replica = await startReplica(redis.url);
  }, patienceMs);
  afterAll(async () => {
    await Promise.all([api.stop(), replica.close()]);
    await redis.stop();
  });

  test("are not ready and say why, until there is room", async () => {
    const set = (limit: string) => redisCommand(redis.port, `CONFIG SET maxmemory ${limit}`);
    await set("1");
    for (const { url } of [api, replica]) {
      await waitUntil("it says why", async () => {
        const { status, text } = await probe(url, "/ready");
        return status === 503 && text.includes("its memory is full");
      });
      expect((await probe(url, "/health")).status).toBe(200);
    }
    await set("0");
    for (const { url } of [api, replica])
      await waitUntil("it is ready", async () => (await probe(url, "/ready")).status === 200);
    for (const output of [api.process.output, replica.logLines.join("")])
      expect(output.match(/memory is full/g)).toHaveLength(1);
  });
});
