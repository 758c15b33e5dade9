import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type RedisServer, startRedis, testToken } from "@roomcast/testkit";
import { RawClient } from "./support/raw-client.ts";
import { openPolling, tcp, upgradeRequest } from "./support/raw-http.ts";
import { startWorkers, type Workers } from "./support/workers.ts";

describe("connections to workers", () => {
  let redis: RedisServer;
  let workers: Workers;
  beforeAll(async () => {
    redis = await startRedis();
    workers = await startWorkers(2, redis.url, { CORS_ORIGINS: "https://app.example.com" });
  }, 60_000);
  afterAll(async () => {
    await workers.stop();
    await redis.stop();
  });

  test("lose nothing of a head that comes in pieces", async () => {
    const head = [
      `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nCookie: a=${"x".repeat(1_300)}\r\n`,
      `X-More: ${"y".repeat(600)}\r\n`,
      "Connection: close\r\n\r\n",
    ];
    const answers = Array.from({ length: 200 }, async () => {
      const socket = await tcp(workers.port);
      socket.setNoDelay(true);
      const answer = everythingFrom(socket);
      for (const piece of head) {
        socket.write(piece);
        await delay(0);
      }
      return answer;
    });
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("reach the worker of their session even if the first line comes byte by byte", async () => {
    const urls = await Promise.all(Array.from({ length: 4 }, () => openPolling(workers.url)));
    for (const url of urls) {
      const socket = await tcp(workers.port);
      socket.setNoDelay(true);
      const answer = everythingFrom(socket);
      for (const byte of `POST ${url.slice(workers.url.length)} HTTP/1.1\r\n`) {
        socket.write(byte);
        await delay(0);
      }
      socket.write("Host: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n");
      socket.write("6");
      expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ok$/);
    }
  });

  test("carry a body that comes after the head, of any size allowed", async () => {
    const url = await openPolling(workers.url);
    const body = `40/ws,${JSON.stringify({ token: testToken() })}`;
    expect(await (await fetch(url, { method: "POST", body })).text()).toBe("ok");
    expect(await (await fetch(url)).text()).toContain("40/ws,");
    const large = `42/ws,["ping",{"x":"${"x".repeat(100_000)}"}]`;
    expect(await (await fetch(url, { method: "POST", body: large })).text()).toBe("ok");
    const tooLarge = await fetch(url, { method: "POST", body: "x".repeat(200_000) }).catch(() => undefined);
    expect(tooLarge?.status ?? 413).toBe(413);
  });

  test("end after one request, for the next may be another worker's", async () => {
    for (const path of ["/socket.io/?EIO=4&transport=polling", "/health", "/nowhere"]) {
      const socket = await tcp(workers.port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await everythingFrom(socket)).toMatch(/\r\nconnection: close\r\n/i);
    }
  });

  test("are answered although the client has ended its side", async () => {
    for (const path of ["/socket.io/?EIO=4&transport=polling", "/ready"]) {
      const socket = await tcp(workers.port);
      socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await everythingFrom(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
    }
  });

  test.each([
    ["a line that is no request", "GARBAGE\r\n\r\n", 400],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["a head without an end", `GET /${"x".repeat(17_000)}`, 431],
    [
      "a session that nobody has",
      "GET /socket.io/?EIO=4&transport=polling&sid=1.x HTTP/1.1\r\nHost: x\r\n\r\n",
      400,
    ],
    [
      "a worker that does not exist",
      "GET /socket.io/?EIO=4&transport=polling&sid=77.x HTTP/1.1\r\nHost: x\r\n\r\n",
      400,
    ],
    ["another path", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404],
  ])("are told what is wrong: %s", async (_, bytes, status) => {
    const socket = await tcp(workers.port);
    socket.write(bytes, "latin1");
    expect(await everythingFrom(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("that do not get to the point are ended", async () => {
    const answers = [
      "",
      "G",
      "GET /socket.io/",
      "GET /ready HTTP/1.1\r\nHost: x\r\n",
      "GET / HTTP/1.1\r\n",
    ].map(async (bytes) => {
      const socket = await tcp(workers.port);
      socket.write(bytes);
      return everythingFrom(socket);
    });
    for (const answer of await Promise.all(answers))
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout/);
  }, 30_000);

  test("that break off do no harm", async () => {
    for (const bytes of [
      "",
      "G",
      "GET /ready HTTP/1.1\r\n",
      upgradeRequest("/nowhere"),
      upgradeRequest("/socket.io/"),
    ]) {
      for (const end of ["destroy", "resetAndDestroy"] as const) {
        const socket = await tcp(workers.port);
        if (bytes !== "") await new Promise((resolve) => socket.write(bytes, resolve));
        socket[end]();
      }
    }
    const pids = new Map(workers.pids());
    const client = await RawClient.connected(workers.url);
    await client.cut();
    expect((await fetch(`${workers.url}/ready`)).ok).toBe(true);
    expect(workers.pids()).toEqual(pids);
    expect(workers.process.output).not.toMatch(/"level":"(error|fatal)"/);
  });

  test("pages of other origins are refused, over both transports", async () => {
    const headers = { origin: "https://evil.example.com" };
    const polling = await fetch(`${workers.url}/socket.io/?EIO=4&transport=polling`, { headers });
    expect(polling.status).toBe(403);
    expect(await RawClient.unopened(workers.url, { headers }).closed).toBe(1006);
    await (await RawClient.open(workers.url, { headers: { origin: "https://app.example.com" } })).cut();
  });

  test("a token may come as a subprotocol, and the other one is chosen", async () => {
    const client = await RawClient.open(workers.url, { protocols: ["roomcast.v1", `bearer.${testToken()}`] });
    expect(client.socket.protocol).toBe("roomcast.v1");
    client.send("40/ws,{}");
    await client.next("40/ws,{");
    await client.cut();
  });
});

async function everythingFrom(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  socket.destroy();
  return text;
}
