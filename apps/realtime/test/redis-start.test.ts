import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
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
import { startTerminable } from "./support/terminable.ts";

/** Workers take seconds to start where many tests run at once. */
const patienceMs = 60_000;

async function probe(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url + path);
  return { status: response.status, text: await response.text() };
}

describe.each([
  ["alone", {}],
  ["with workers", { REALTIME_WORKERS: "2" }],
])("a realtime process %s whose Redis is not there", (_, env) => {
  test(
    "lives, says why it is not ready, refuses clients in passing, and becomes ready by itself",
    async () => {
      const port = await freePort();
      const replica = await startTerminable(
        `redis://127.0.0.1:${port}`,
        { LOG_LEVEL: "info", ...env },
        "alive",
      );
      await waitUntil(
        "it says why",
        async () => {
          const { status, text } = await probe(replica.url, "/ready");
          return status === 503 && text.includes(`Redis at 127.0.0.1:${port}: connection refused`);
        },
        30_000,
      );
      expect(await probe(replica.url, "/health")).toMatchObject({ status: 200 });
      expect((await fetch(`${replica.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(503);
      const client = new TestClient(replica.url, { token: testToken("ada") });
      client.socket.connect();
      const redis = await startRedis({ port });
      await client.next("connection.established");
      await waitUntil("it is ready", async () => (await probe(replica.url, "/ready")).status === 200);
      expect(replica.process.output).toContain(`connected to Redis at 127.0.0.1:${port} again after`);
      expect(replica.process.output).not.toContain("    at ");
      client.close();
      replica.terminate();
      expect(await replica.exitCode()).toBe(0);
      await redis.stop();
    },
    patienceMs,
  );

  test(
    "ends with 0 on SIGTERM",
    async () => {
      const replica = await startTerminable("redis://127.0.0.1:1", env, "alive");
      replica.terminate();
      expect(await replica.exitCode()).toBe(0);
      expect(replica.process.output).not.toContain("not closed in time");
    },
    patienceMs,
  );
});

describe("a process with a wrong password", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ args: ["--requirepass", "right"] });
  });
  afterAll(() => redis.stop());

  test.each([
    ["alone", {}],
    ["with workers", { REALTIME_WORKERS: "2" }],
  ])(
    "%s ends with 2 and says what to do",
    async (_, env) => {
      const redisUrl = redis.url.replace("://", "://:wr0ng@");
      const replica = await startTerminable(redisUrl, { LOG_LEVEL: "info", ...env }, "started");
      expect(await replica.exitCode()).toBe(2);
      expect(replica.process.output).toMatch(
        /could not start: Redis at 127\.0\.0\.1:\d+: .*password: see REDIS_URL/,
      );
      expect(replica.process.output).not.toContain("wr0ng");
      expect(replica.process.output).not.toContain("    at ");
    },
    patienceMs,
  );
});

describe("processes whose Redis fills up", () => {
  let redis: RedisServer;
  let all: RoomcastProcess[];
  beforeAll(async () => {
    redis = await startRedis();
    const options = { redisUrl: redis.url };
    all = await Promise.all([startRoomcast("api", options), startRoomcast("realtime", options)]);
  }, patienceMs);
  afterAll(async () => {
    await Promise.all(all.map((one) => one.stop()));
    await redis.stop();
  });

  test("are not ready and say why, until there is room", async () => {
    const set = (limit: string) => redisCommand(redis.port, `CONFIG SET maxmemory ${limit}`);
    await set("1");
    for (const { url } of all) {
      await waitUntil("it says why", async () => {
        const { status, text } = await probe(url, "/ready");
        return status === 503 && text.includes("its memory is full");
      });
      expect((await probe(url, "/health")).status).toBe(200);
    }
    await set("0");
    for (const { url } of all)
      await waitUntil("it is ready", async () => (await probe(url, "/ready")).status === 200);
    for (const { process } of all) expect(process.output.match(/memory is full/g)).toHaveLength(1);
  });
});
