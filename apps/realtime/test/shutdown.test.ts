import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { RedisEventLog } from "@roomcast/event-log";
import { parseRedisUrl } from "@roomcast/service";
import {
  type RedisServer,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { RawClient } from "./support/raw-client.ts";
import { startTerminable, type Terminable } from "./support/terminable.ts";

const closeTimeoutMs = 1_000;

describe("a replica that is told to stop", () => {
  let redis: RedisServer;
  let other: RoomcastProcess;
  let log: RedisEventLog;
  let broadcaster: EventBroadcaster;
  beforeAll(async () => {
    redis = await startRedis();
    other = await startRoomcast("realtime", { redisUrl: redis.url });
    log = new RedisEventLog({ target: parseRedisUrl(redis.url), onError: () => undefined });
    await log.connect();
    broadcaster = new EventBroadcaster(log);
  });
  afterAll(async () => {
    await log.close();
    await other.stop();
    await redis.stop();
  });

  test("WS-CONN-11 tells its clients, sends them to another replica where they miss nothing, and ends with 0", async () => {
    const replica = await start();
    const clients = await Promise.all(Array.from({ length: 8 }, (_, index) => follow(replica, index)));
    await announce({ broadcaster }, "project:move", { n: 1 });
    // What a load balancer would do.
    for (const { socket } of clients) (socket.io as unknown as { uri: string }).uri = other.url;
    replica.terminate();
    // One that polls may be between two polls, which nobody answers any more.
    for (const client of clients.filter((_, index) => transportOf(index) === "websocket")) {
      const { event, position } = await client.next("server.draining");
      expect(event.data).toEqual({ reconnectInMs: closeTimeoutMs });
      expect(position).toBeUndefined();
    }
    await announce({ broadcaster }, "project:move", { n: 2 });
    expect(await replica.exitCode()).toBe(0);
    expect(replica.process.output).toContain('"msg":"closing"');
    expect(replica.process.output).not.toMatch(/"level":"(error|fatal)"/);
    await announce({ broadcaster }, "project:move", { n: 3 });
    for (const client of clients) {
      const events = await client.take(3, "project.updated");
      expect(events.map(({ event }) => event.data.changes)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      expect(client.socket.recovered).toBe(true);
      expect(client.unread).not.toContain("project.updated");
      client.close();
    }
  }, 60_000);

  test("WS-CONN-13 is not ready at once, and takes clients in and serves them for WS_DRAIN_DELAY", async () => {
    const replica = await start({ WS_DRAIN_DELAY: "600" });
    const early = await follow(replica, 0);
    replica.terminate();
    await waitUntil("it is not ready", async () => {
      const answer = await fetch(`${replica.url}/ready`);
      return answer.status === 503 && answer.headers.get("connection") === "close";
    });
    const late = await Promise.all([1, 2, 3].map((index) => follow(replica, index)));
    await announce({ broadcaster }, "project:move", { n: 1 });
    for (const client of [early, ...late]) {
      await client.next("project.updated");
      expect(client.unread).not.toContain("server.draining");
    }
    replica.terminate();
    expect(await replica.exitCode()).toBe(1);
    expect(replica.process.output).toContain("second signal");
    for (const client of [early, ...late]) client.close();
  }, 60_000);

  test("WS-CONN-12 does not wait for clients that do not answer, and takes nobody in meanwhile", async () => {
    const replica = await start();
    const client = await RawClient.connected(replica.url, { token: testToken("stuck") });
    client.socket.pause();
    const startedMs = Date.now();
    replica.terminate();
    await waitUntil("it is not ready", async () => {
      const answer = await fetch(`${replica.url}/ready`).catch(() => undefined);
      return answer?.status !== 200;
    });
    const late = RawClient.unopened(replica.url);
    expect(await late.closed).toBe(1006);
    expect(late.frames).toEqual([]);
    expect(await replica.exitCode()).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(closeTimeoutMs + 3_000);
    await client.cut();
  }, 60_000);

  test("WS-CONN-12 ends at once when nobody is connected", async () => {
    const took: number[] = [];
    // The machine may stand still for one of them.
    for (const replica of [await start(), await start()]) {
      const startedMs = Date.now();
      replica.terminate();
      expect(await replica.exitCode()).toBe(0);
      took.push(Date.now() - startedMs);
    }
    expect(Math.min(...took)).toBeLessThan(closeTimeoutMs);
  }, 60_000);

  function start(env: Record<string, string> = {}): Promise<Terminable> {
    return startTerminable(redis.url, {
      ...env,
      WS_CLOSE_TIMEOUT: String(closeTimeoutMs / 1_000),
      LOG_LEVEL: "info",
    });
  }

  function transportOf(index: number): "websocket" | "polling" {
    return index % 2 === 0 ? "websocket" : "polling";
  }

  async function follow(replica: Terminable, index: number): Promise<TestClient> {
    const client = await TestClient.connected(replica.url, {
      token: testToken(`u${index}`),
      transports: [transportOf(index)],
    });
    await client.subscribe("project:move");
    return client;
  }
});
