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
import { isAlive, startWorkers, workerPids } from "./support/workers.ts";

const closeTimeoutMs = 2_000;

describe("workers that are told to stop", () => {
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

  test("send their clients to another replica where they miss nothing, and end with 0 and without a trace", async () => {
    const workers = await start();
    const clients = await Promise.all(Array.from({ length: 8 }, (_, index) => follow(workers, index)));
    await announce({ broadcaster }, "project:move", { n: 1 });
    // What a load balancer would do.
    for (const { socket } of clients) (socket.io as unknown as { uri: string }).uri = other.url;
    // Every process of the group gets the signal, as from a terminal.
    workers.terminate();
    for (const client of clients.filter((_, index) => transportOf(index) === "websocket")) {
      await client.next("server.draining");
    }
    await announce({ broadcaster }, "project:move", { n: 2 });
    expect(await workers.exitCode()).toBe(0);
    expect(workers.process.output.match(/"msg":"closing"/g)).toHaveLength(3);
    expect(workers.process.output).not.toMatch(/"level":"(error|fatal)"/);
    for (const pid of workerPids(workers.process.output).values()) expect(isAlive(pid)).toBe(false);
    await announce({ broadcaster }, "project:move", { n: 3 });
    for (const client of clients) {
      const events = await client.take(3, "project.updated");
      expect(events.map(({ event }) => event.data.changes)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      expect(client.socket.recovered).toBe(true);
      client.close();
    }
  }, 90_000);

  test("take nobody in meanwhile, say why, and do not wait for clients that do not answer", async () => {
    const workers = await start();
    const stuck = await RawClient.connected(workers.url, { token: testToken("stuck") });
    stuck.socket.pause();
    workers.terminate();
    const report = await unready(workers);
    expect(report).toMatchObject({ checks: { draining: "the process is about to end" } });
    const late = RawClient.unopened(workers.url);
    expect(await late.closed).toBe(1006);
    expect(late.frames).toEqual([]);
    expect(await workers.exitCode()).toBe(0);
    await stuck.cut();
  }, 90_000);

  test("WS-CONN-13 serve everybody for WS_DRAIN_DELAY, and end at once when the one that accepts is told again", async () => {
    // So long that the second signal comes before the end.
    const workers = await startWorkers(2, redis.url, { WS_DRAIN_DELAY: "600" });
    const pids = [...workers.pids().values()];
    workers.kill("SIGTERM");
    await waitUntil("it is not ready", async () => (await fetch(`${workers.url}/ready`)).status === 503);
    const client = await TestClient.connected(workers.url, { token: testToken("late") });
    await client.subscribe("project:late");
    await announce({ broadcaster }, "project:late", { n: 1 });
    await client.next("project.updated");
    workers.kill("SIGTERM");
    await workers.process.exited;
    await waitUntil("it says so", () => workers.process.output.includes("second signal"));
    await waitUntil("the workers have ended", () => !pids.some(isAlive));
    client.close();
  }, 90_000);

  test("end by themselves when the one that accepts is killed", async () => {
    const workers = await startWorkers(2, redis.url, { WS_CLOSE_TIMEOUT: "1" });
    const pids = [...workers.pids().values()];
    const client = await RawClient.connected(workers.url);
    workers.kill("SIGKILL");
    await client.closed;
    await waitUntil("the workers have ended", () => !pids.some(isAlive));
  }, 90_000);

  function start(): Promise<Terminable> {
    return startTerminable(redis.url, {
      REALTIME_WORKERS: "2",
      WS_CLOSE_TIMEOUT: String(closeTimeoutMs / 1_000),
      LOG_LEVEL: "info",
    });
  }

  async function unready({ url }: Terminable): Promise<unknown> {
    let report: unknown;
    await waitUntil("it is not ready", async () => {
      const answer = await fetch(`${url}/ready`);
      report = await answer.json();
      return answer.status === 503;
    });
    return report;
  }

  function transportOf(index: number): "websocket" | "polling" {
    return index % 2 === 0 ? "websocket" : "polling";
  }

  async function follow(workers: Terminable, index: number): Promise<TestClient> {
    const client = await TestClient.connected(workers.url, {
      token: testToken(`u${index}`),
      transports: [transportOf(index)],
    });
    await client.subscribe("project:move");
    return client;
  }
});
