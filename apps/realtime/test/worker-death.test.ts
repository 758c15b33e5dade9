import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type TemporaryFolder, TestClient, temporaryFolder, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling, tcp } from "./support/raw-http.ts";
import { type Replicas, startReplicas } from "./support/replica.ts";
import { startTerminable } from "./support/terminable.ts";
import { isAlive, startWorkers, type Workers, workerOf } from "./support/workers.ts";

const preload = new URL("./support/failing-worker.mjs", import.meta.url).href;
const failing = { NODE_OPTIONS: `--import=${preload}`, FAIL_WORKER: "2" };

describe("a worker that dies", () => {
  let none: Replicas;
  beforeAll(async () => {
    none = await startReplicas(0);
  }, 60_000);
  afterAll(() => none.stop());

  describe("after its start", () => {
    let workers: Workers;
    let folder: TemporaryFolder;
    /** While it exists, worker 2 cannot start. */
    let marker: string;
    beforeAll(async () => {
      folder = await temporaryFolder("roomcast-workers-");
      marker = join(folder.path, "fail");
      workers = await startWorkers(2, none.redis.url, { ...failing, FAIL_IF: marker });
    }, 60_000);
    afterAll(async () => {
      await workers.stop();
      await folder.remove();
    });

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
      const [lost, kept] = [onWorker(clients, 1), onWorker(clients, 2)];
      const dying = kill(1);
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
      for (const client of clients) client.close();
    }, 40_000);

    test("is named by the log, and by /ready until its place is taken, which is tried ever more slowly", async () => {
      await writeFile(marker, "");
      const dying = kill(2);
      await waitUntil("/ready fails", async () => (await fetch(`${workers.url}/ready`)).status === 503);
      const report = await (await fetch(`${workers.url}/ready`)).json();
      expect(report).toMatchObject({
        checks: { "worker 1": "ok", "worker 2": expect.stringMatching(/^(has|is)/) },
      });
      expect((await fetch(`${workers.url}/health`)).status).toBe(200);
      const ends = () => endsOf(2);
      await waitUntil("it has failed a few times", () => ends().length >= 3, 30_000);
      const delays = ends().map(({ restartInMs }) => restartInMs);
      expect(delays.slice(0, 3)).toEqual([100, 200, 400]);
      const { pid } = workers.process;
      expect(ends()[0]).toMatchObject({ level: "error", pid, workerPid: dying, signal: "SIGKILL" });
      const client = await TestClient.connected(workers.url, { token: testToken() });
      expect(workerOf(client)).toBe(1);
      client.close();
      await rm(marker);
      await replaced(2, dying);
    }, 60_000);

    test("a worker that hangs gets no new clients and makes /health fail", async () => {
      const hanging = pidOf(1);
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

    test("leaves no connection open that was on the way to it", async () => {
      const sessions = await Promise.all(Array.from({ length: 8 }, () => openPolling(workers.url)));
      const target = sessions.find((url) => url.includes("sid=1.")) as string;
      process.kill(pidOf(1), "SIGSTOP");
      const sockets = await Promise.all(Array.from({ length: 20 }, () => tcp(workers.port)));
      for (const socket of sockets) {
        socket.resume().write(`GET ${target.slice(workers.url.length)} HTTP/1.1\r\nHost: x\r\n\r\n`);
      }
      // Whatever comes after them has been accepted after them.
      expect((await fetch(`${workers.url}/health`)).status).toBe(200);
      const ended = sockets.map(
        (socket) => new Promise((resolve) => socket.once("end", resolve).once("close", resolve)),
      );
      kill(1);
      await Promise.all(ended);
      for (const socket of sockets) socket.destroy();
    }, 30_000);

    test("all end by themselves when the one that accepts is killed", async () => {
      const client = await RawClient.connected(workers.url);
      workers.kill("SIGKILL");
      await client.closed;
      await waitUntil("nothing is left of them", () => !isAlive(-workers.process.pid));
    }, 40_000);

    function pidOf(worker: number): number {
      return workers.pids().get(worker) as number;
    }

    function kill(worker: number): number {
      const pid = pidOf(worker);
      process.kill(pid, "SIGKILL");
      return pid;
    }

    async function replaced(worker: number, dead: number): Promise<void> {
      const hasOther = () => ![undefined, dead].includes(workers.pids().get(worker));
      await waitUntil("another has its place", hasOther, 30_000);
      await waitUntil("all are ready", async () => (await fetch(`${workers.url}/ready`)).ok);
    }

    /** What the log says of each end of a worker. */
    function endsOf(worker: number): Record<string, unknown>[] {
      const lines = workers.process.output.split("\n").filter((line) => line.includes('"a worker ended"'));
      const ends = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      return ends.filter((end) => end.worker === worker);
    }
  });

  test("at its start ends the whole with 1 and is not tried again", async () => {
    const exists = fileURLToPath(import.meta.url);
    const env = { REALTIME_WORKERS: "2", ...failing, FAIL_IF: exists };
    const whole = await startTerminable(none.redis.url, env, "started");
    expect(await whole.exitCode()).toBe(1);
    const { output, pid } = whole.process;
    expect(output.match(/Error: no worker today/g)).toHaveLength(1);
    expect(output).toContain("worker 2 could not start: it ended with exit code 1");
    await waitUntil("nothing is left of it", () => !isAlive(-pid));
  }, 60_000);

  async function send(n: number): Promise<void> {
    await announce(none, "project:d", { n });
  }

  function onWorker(clients: TestClient[], worker: number): TestClient[] {
    return clients.filter((client) => workerOf(client) === worker);
  }

  function numbers(events: { event: { data: Record<string, unknown> } }[]): number[] {
    return events.map(({ event }) => (event.data.changes as { n: number }).n);
  }
});
