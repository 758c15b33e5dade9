import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Ack } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling } from "./support/raw-http.ts";

let server: Embedded;

/** One server for the tests of a block. */
function serve(socket: NonNullable<EmbeddedOptions["socket"]>): void {
  beforeAll(async () => {
    server = await startEmbedded({ socket });
  });
  afterEach(() => waitUntil("all have left", () => server.realtime.io.engine.clientsCount === 0));
  afterAll(() => server.close());
}

describe("a client that asks for too much", () => {
  describe("where few subscriptions and commands are allowed", () => {
    serve({ maxSubscriptions: 4, commandRate: 10 });

    test("WS-LIMIT-11 is refused the rooms beyond its limit as a whole, and keeps those it has", async () => {
      const client = await TestClient.connected(server.url, { token: testToken("ada") });
      expect(await codes(client, ["project:1"])).toEqual(["ok"]);
      expect(await codes(client, ["project:2", "project:3"])).toBe("too_many_subscriptions");
      expect(await codes(client, ["project:1", "project:2"])).toEqual(["ok", "ok"]);
      expect(await client.call("subscribe", { room: "project:3" })).toMatchObject({
        error: { code: "too_many_subscriptions", retryable: false },
      });
      expect(server.realtime.subscriptions.size).toBe(4);
      await announce(server, "project:3", { n: 3 });
      await announce(server, "project:2", { n: 2 });
      expect((await client.next("project.updated")).event.data.changes).toEqual({ n: 2 });
      await client.call("unsubscribe", { room: "project:2" });
      expect(await codes(client, ["project:3"])).toEqual(["ok"]);
      client.close();
    });

    test("WS-LIMIT-12 is told rate_limited after a burst, and may go on after a while", async () => {
      const client = await TestClient.connected(server.url, { token: testToken() });
      const answers = await Promise.all(Array.from({ length: 150 }, () => client.call("ping")));
      const refused = answers.filter((answer) => !answer.ok);
      expect(refused.length).toBeGreaterThan(30);
      expect(refused.length).toBeLessThanOrEqual(50);
      expect(refused[0]).toMatchObject({ error: { code: "rate_limited", retryable: true } });
      await waitUntil("a command is let through", async () => (await client.call("ping")).ok);
      client.close();
    });
  });

  describe("where still fewer commands are allowed", () => {
    serve({ commandRate: 5 });

    test.each([
      ["commands", '42/ws,0["ping"]'],
      ["answers to nothing", "43/ws,7[1]"],
      ["pongs", "3"],
      ["empty packets", "6"],
    ])("SEC-17 WS-LIMIT-1 is cut off after a flood of %s", async (_, frame) => {
      const client = await RawClient.connected(server.url);
      for (let n = 0; n < 400; n++) client.send(frame);
      await client.closed;
      await waitUntil("the session has ended", () => server.realtime.sessions.size === 0);
    });

    test("WS-LIMIT-1 is cut off after a flood of packets in one polling request", async () => {
      const request = await openPolling(server.url);
      await fetch(request, { method: "POST", body: Array.from({ length: 30_000 }, () => "3").join("\x1e") });
      expect((await fetch(request)).status).toBe(400);
      expect(server.realtime.io.engine.clientsCount).toBe(0);
    });

    test("WS-LIMIT-1 is cut off after a flood of probes while it changes over from polling", async () => {
      const sid = new URL(await openPolling(server.url)).searchParams.get("sid");
      const probing = RawClient.unopened(server.url, { query: `&sid=${sid}` });
      await probing.opened;
      for (let n = 0; n < 1_000; n++) probing.send("2probe");
      await probing.closed;
      expect(probing.frames.length).toBeLessThan(300);
      expect(server.realtime.io.engine.clientsCount).toBe(0);
    });
  });

  describe("where its commands are not refused for their number", () => {
    serve({ commandRate: 10_000 });

    test("SEC-22 WS-LIMIT-11 is refused 10,001 rooms, and nothing of them is kept", async () => {
      const client = await TestClient.connected(server.url, { token: testToken("ada") });
      for (let n = 0; n < 10_001; n += 100) {
        await client.call(
          "subscribe",
          Array.from({ length: 100 }, (_, i) => ({ room: `project:${n + i}` })),
        );
      }
      expect(server.realtime.subscriptions.size).toBeLessThanOrEqual(100);
      expect(server.realtime.rooms.size).toBeLessThanOrEqual(100);
      client.close();
    });

    test("WS-LIMIT-2 is told overloaded while it does not read the pages it asked for", async () => {
      for (let n = 0; n < 20; n++) await announce(server, "project:1", { n, text: "x".repeat(60_000) });
      const client = await RawClient.connected(server.url);
      client.socket.pause();
      let asked = 0;
      const ask = (times: number) => {
        for (let n = 0; n < times; n++) client.send('42/ws,1["history",{"room":"project:1","limit":20}]');
        asked += times;
      };
      ask(100);
      await waitUntil("some wait", () => {
        const isRefused = queued().some(({ data }) => data?.includes("overloaded"));
        // As long as the system takes everything, what is refused does not stay.
        if (!isRefused) ask(1);
        return isRefused;
      });
      expect(bytes(queued())).toBeLessThan(4 * 1_048_576);
      client.socket.resume();
      for (let n = 0; n < asked; n++) await client.next("43/ws,1");
      const answers = client.frames.filter((frame) => frame.startsWith("43/ws,1"));
      expect(answers.some((answer) => answer.includes('"ok":true'))).toBe(true);
      expect(answers.at(-1)?.slice(0, 100)).toContain('"code":"overloaded"');
      await client.cut();
    });

    test("WS-LIMIT-2 is cut off when it never reads what it is answered", async () => {
      const client = await RawClient.connected(server.url);
      client.socket.pause();
      const wrong = Array.from({ length: 8 }, (_, n) => `"${String(n).repeat(64)}":1`).join();
      let most = 0;
      for (let n = 0; n < 200 && server.realtime.sessions.size > 0; n++) {
        for (let i = 0; i < 50; i++) client.send(`42/ws,0["unsubscribe",{${wrong}}]`);
        await client.flushed();
        most = Math.max(most, bytes(queued()));
      }
      await waitUntil("it is cut", () => server.realtime.sessions.size === 0);
      expect(most).toBeLessThan(5 * 1_048_576);
      await client.cut();
    });
  });
});

async function codes(client: TestClient, rooms: string[]): Promise<string | string[]> {
  const answer = await client.call<Ack<unknown>[]>(
    "subscribe",
    rooms.map((room) => ({ room })),
  );
  return answer.ok ? answer.data.map((one) => (one.ok ? "ok" : one.error.code)) : answer.error.code;
}

/** What waits in Engine.IO for all clients. */
function queued(): { data?: string }[] {
  const { clients } = server.realtime.io.engine as unknown as {
    clients: Record<string, { writeBuffer: { data?: string }[] }>;
  };
  return Object.values(clients).flatMap(({ writeBuffer }) => writeBuffer);
}

function bytes(packets: { data?: string }[]): number {
  return packets.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}
