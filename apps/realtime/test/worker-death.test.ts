import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  freePort,
  type PrivateProcess,
  projectUpdated,
  publish,
  type RedisServer,
  type RoomcastProcess,
  startProcess,
  startRedis,
  startRoomcast,
  TestClient,
  temporaryFolder,
  testSecret,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { openPolling, tcp } from "./support/raw-http.ts";
import { isAlive, startWorkers, type Workers, workerOf } from "./support/workers.ts";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const preload = new URL("./support/failing-worker.mjs", import.meta.url).href;
const failing = { NODE_OPTIONS: `--import=${preload}`, FAIL_WORKER: "2" };

describe("a worker that dies", () => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  beforeAll(async () => {
    redis = await startRedis();
    api = await startRoomcast("api", { redisUrl: redis.url });
  }, 60_000);
  afterAll(async () => {
    await api.stop();
    await redis.stop();
  });

  describe("after its start", () => {
    let workers: Workers;
    beforeAll(async () => {
      workers = await startWorkers(2, redis.url);
    }, 60_000);
    afterAll(() => workers.stop());

    function replaced(worker: number, dead: number): Promise<void> {
      return waitUntil(
        "another has its place",
        () => ![undefined, dead].includes(workers.pids().get(worker)),
      );
    }

    test("is replaced, and its clients resume without missing anything", async () => {
      const clients = await Promise.all(
        Array.from({ length: 8 }, (_, index) => {
          const transports = index < 4 ? ["websocket"] : ["polling", "websocket"];
          return TestClient.connected(workers.url, { token: testToken(`u${index}`), transports });
        }),
      );
      await Promise.all(clients.map((client) => client.subscribe("project:d")));
      await send(1);
      for (const client of clients) await client.next("project.updated");
      const [lost, kept] = [clients.filter((client) => workerOf(client) === 1), onWorker(clients, 2)];
      const dying = workers.pids().get(1) as number;
      process.kill(dying, "SIGKILL");
      await send(2);
      await Promise.all(lost.map((client) => client.next("connection.established")));
      await waitUntil("they are back", () => lost.every(({ socket }) => socket.connected));
      await send(3);
      for (const client of clients) {
        expect(numbers(await client.take(2, "project.updated"))).toEqual([2, 3]);
        expect(client.unread).not.toContain("room.reset");
      }
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.map(({ socket }) => socket.recovered)).toEqual(lost.map(() => true));
      expect(kept.map(({ socket }) => socket.recovered)).toEqual(kept.map(() => false));
      await replaced(1, dying);
      await waitUntil("all are ready", async () => (await fetch(`${workers.url}/ready`)).ok);
      for (const client of clients) client.close();
    }, 30_000);

    test("is named by the log, and by /ready until its place is taken", async () => {
      const { pid } = workers.process;
      const dying = workers.pids().get(2) as number;
      process.kill(dying, "SIGKILL");
      await waitUntil("/ready fails", async () => (await fetch(`${workers.url}/ready`)).status === 503);
      const report = await (await fetch(`${workers.url}/ready`)).json();
      expect(report).toMatchObject({
        checks: { "worker 1": "ok", "worker 2": expect.stringMatching(/^(has|is)/) },
      });
      expect((await fetch(`${workers.url}/health`)).status).toBe(200);
      await waitUntil("/ready passes", async () => (await fetch(`${workers.url}/ready`)).ok);
      const line = workers.process.output
        .split("\n")
        .filter((text) => text.includes("a worker ended"))
        .at(-1);
      expect(JSON.parse(line ?? "{}")).toMatchObject({
        level: "error",
        pid,
        worker: 2,
        workerPid: dying,
        signal: "SIGKILL",
      });
    });

    test("leaves no connection open that was on the way to it", async () => {
      const sessions = await Promise.all(Array.from({ length: 8 }, () => openPolling(workers.url)));
      const target = sessions.find((url) => url.includes("sid=1.")) as string;
      const dying = workers.pids().get(1) as number;
      process.kill(dying, "SIGSTOP");
      const sockets = await Promise.all(Array.from({ length: 20 }, () => tcp(workers.port)));
      for (const socket of sockets) {
        socket.resume().write(`GET ${target.slice(workers.url.length)} HTTP/1.1\r\nHost: x\r\n\r\n`);
      }
      // Whatever comes after them has been accepted after them.
      expect((await fetch(`${workers.url}/health`)).status).toBe(200);
      const ended = sockets.map(
        (socket) => new Promise((resolve) => socket.once("end", resolve).once("close", resolve)),
      );
      process.kill(dying, "SIGKILL");
      await Promise.all(ended);
      for (const socket of sockets) socket.destroy();
      await replaced(1, dying);
      await waitUntil("all are ready", async () => (await fetch(`${workers.url}/ready`)).ok);
    }, 30_000);

    test("a worker that hangs gets no new clients and makes /health fail", async () => {
      const hanging = workers.pids().get(1) as number;
      process.kill(hanging, "SIGSTOP");
      await waitUntil(
        "it is seen",
        async () => (await fetch(`${workers.url}/health`)).status === 503,
        20_000,
      );
      const report = await (await fetch(`${workers.url}/health`)).json();
      expect(report).toMatchObject({
        checks: { "worker 1": expect.stringMatching(/^has sent no status for \d+ s$/) },
      });
      const client = await TestClient.connected(workers.url, { token: testToken("h") });
      expect(workerOf(client)).toBe(2);
      client.close();
      process.kill(hanging, "SIGCONT");
      await waitUntil("it is well again", async () => (await fetch(`${workers.url}/health`)).ok);
    }, 40_000);
  });

  describe("at its start", () => {
    test("ends the whole with 1 and is not tried again", async () => {
      const { output, pid } = await runToEnd({ ...failing, FAIL_IF: main });
      expect(output).toContain("exit code 1");
      expect(output.match(/Error: no worker today/g)).toHaveLength(1);
      expect(output).toContain("worker 2 could not start: it ended with exit code 1");
      await waitUntil("nothing is left of it", () => !isAlive(-pid));
    });

    test("in the place of another is tried ever more slowly, while the others work", async () => {
      const folder = await temporaryFolder("roomcast-workers-");
      const marker = join(folder.path, "fail");
      const workers = await startWorkers(2, redis.url, { ...failing, FAIL_IF: marker });
      await writeFile(marker, "");
      process.kill(workers.pids().get(2) as number, "SIGKILL");
      const delays = () =>
        [...workers.process.output.matchAll(/"restartInMs":(\d+)/g)].map(([, ms]) => Number(ms));
      await waitUntil("it has failed a few times", () => delays().length >= 3);
      expect(delays().slice(0, 3)).toEqual([100, 200, 400]);
      const client = await TestClient.connected(workers.url, { token: testToken() });
      expect(workerOf(client)).toBe(1);
      client.close();
      await folder.remove();
      await waitUntil("it is replaced at last", async () => (await fetch(`${workers.url}/ready`)).ok);
      await workers.stop();
    }, 30_000);
  });

  /** Runs two workers until they end by themselves. */
  async function runToEnd(env: Record<string, string>): Promise<PrivateProcess> {
    const started = await startProcess(
      "sh",
      ["-c", `"$0" "$1"; echo "exit code $?"`, process.execPath, main],
      {
        env: {
          PATH: process.env.PATH ?? "",
          PORT: String(await freePort()),
          JWT_SECRET: testSecret,
          REDIS_URL: redis.url,
          REALTIME_WORKERS: "2",
          ...env,
        },
      },
    );
    await started.exited;
    return started;
  }

  async function send(n: number): Promise<void> {
    expect((await publish(api.url, projectUpdated("d", { n }))).status).toBe(201);
  }

  function onWorker(clients: TestClient[], worker: number): TestClient[] {
    return clients.filter((client) => workerOf(client) === worker);
  }

  function numbers(events: { event: { data: Record<string, unknown> } }[]): number[] {
    return events.map(({ event }) => (event.data.changes as { n: number }).n);
  }
});
