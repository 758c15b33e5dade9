import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { readConfig } from "../src/server/config.ts";
import { startRealtime } from "../src/server/start-realtime.ts";
import { announce } from "./support/announce.ts";
import { RawClient } from "./support/raw-client.ts";
import { type Replicas, replicaEnv, startReplicas } from "./support/replica.ts";
import { startTerminable } from "./support/terminable.ts";
import { isAlive, workerPids } from "./support/workers.ts";

const closeTimeoutMs = 3_000;
/** Longer than a test may take. */
const endless = "600";
const room = "project:move";

let others: Replicas;
beforeAll(async () => {
  others = await startReplicas(1);
});
afterAll(() => others.stop());

describe.each([
  ["a replica", 1],
  ["workers", 2],
])("%s told to stop", (_, workers) => {
  test("WS-CONN-11 WS-CONN-12 send clients to another replica where they miss nothing, take nobody in, wait for nobody who does not answer, and end with 0 without a trace", async () => {
    const ending = await startTerminable(others.redis.url, {
      REALTIME_WORKERS: String(workers),
      WS_CLOSE_TIMEOUT: String(closeTimeoutMs / 1_000),
      LOG_LEVEL: "info",
    });
    const clients = await Promise.all(Array.from({ length: 8 }, (_, index) => follow(ending.url, index)));
    // It never answers: nobody waits for it longer than the close timeout.
    const stuck = await RawClient.connected(ending.url, { token: testToken("stuck") });
    stuck.socket.pause();
    await announce(others, room, { n: 1 });
    // What a load balancer would do.
    for (const { socket } of clients) (socket.io as unknown as { uri: string }).uri = otherUrl();
    // Every process of the group gets the signal, as from a terminal.
    ending.terminate();
    // One that polls may be between two polls, which nobody answers any more.
    for (const client of clients.filter((_, index) => transportOf(index) === "websocket")) {
      const { event, position } = await client.next("server.draining");
      expect(event.data).toEqual({ reconnectInMs: closeTimeoutMs });
      expect(position).toBeUndefined();
    }
    await refuses(ending.url);
    await announce(others, room, { n: 2 });
    expect(await ending.exitCode()).toBe(0);
    const { output } = ending.process;
    expect(output.match(/"msg":"closing"/g)).toHaveLength(workers === 1 ? 1 : workers + 1);
    expect(output).not.toMatch(/"level":"(error|fatal)"/);
    for (const pid of workerPids(output).values()) expect(isAlive(pid)).toBe(false);
    await announce(others, room, { n: 3 });
    for (const client of clients) {
      const events = await client.take(3, "project.updated");
      expect(events.map(({ event }) => event.data.changes)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      expect(client.socket.recovered).toBe(true);
      expect(client.unread).not.toContain("project.updated");
      client.close();
    }
    await stuck.cut();
  }, 90_000);
});

describe("a replica that is told to stop", () => {
  test("WS-CONN-13 is not ready at once, and takes clients in and serves them for WS_DRAIN_DELAY", async () => {
    const { url, running } = await start({ WS_DRAIN_DELAY: endless });
    expect(running.drainDelayMs).toBe(Number(endless) * 1_000);
    const early = await follow(url, 0);
    running.announceClose?.();
    await waitUntil("it is not ready", async () => {
      const answer = await fetch(`${url}/ready`);
      return answer.status === 503 && answer.headers.get("connection") === "close";
    });
    const late = await Promise.all([1, 2, 3].map((index) => follow(url, index)));
    await announce(others, room, { n: 1 });
    for (const client of [early, ...late]) {
      await client.next("project.updated");
      expect(client.unread).not.toContain("server.draining");
      client.close();
    }
    await running.close();
  });

  test("WS-CONN-12 ends at once when nobody is connected", async () => {
    const { running } = await start({ WS_CLOSE_TIMEOUT: endless });
    await running.close();
  });

  async function start(env: Record<string, string>) {
    const config = readConfig(replicaEnv(others.redis.url, { LOG_LEVEL: "warn", ...env }));
    const running = await startRealtime(config);
    const url = `http://127.0.0.1:${running.port}`;
    await waitUntil("it is ready", async () => (await fetch(`${url}/ready`)).ok);
    return { url, running };
  }
});

function otherUrl(): string {
  return others.replicas[0]?.url ?? "";
}

/** It is not ready, says why, and lets no connection in. */
async function refuses(url: string): Promise<void> {
  const report = await (await fetch(`${url}/ready`)).json();
  expect(report).toMatchObject({ checks: { draining: "the process is about to end" } });
  const late = RawClient.unopened(url);
  expect(await late.closed).toBe(1006);
  expect(late.frames).toEqual([]);
}

function transportOf(index: number): "websocket" | "polling" {
  return index % 2 === 0 ? "websocket" : "polling";
}

async function follow(url: string, index: number): Promise<TestClient> {
  const client = await TestClient.connected(url, {
    token: testToken(`u${index}`),
    transports: [transportOf(index)],
  });
  await client.subscribe(room);
  return client;
}
