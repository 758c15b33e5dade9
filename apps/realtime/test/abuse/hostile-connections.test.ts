import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type RedisServer,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { RawClient } from "../support/raw-client.ts";
import { openPolling, tcp, upgradeRequest } from "../support/raw-http.ts";

const maxMessageSize = 2_048;

describe("a replica", () => {
  let redis: RedisServer;
  let replica: RoomcastProcess;
  let witness: TestClient;
  let pid: number;
  beforeAll(async () => {
    redis = await startRedis();
    const env = { WS_OPEN_TIMEOUT: "2", WS_MAX_MESSAGE_SIZE: String(maxMessageSize) };
    replica = await startRoomcast("realtime", { redisUrl: redis.url, env });
    ({ pid } = replica.process);
    witness = await TestClient.connected(replica.url, { token: testToken("witness"), reconnection: false });
  });
  afterEach(async () => {
    expect(await witness.call("ping")).toMatchObject({ ok: true });
    expect(replica.process.hasExited).toBe(false);
    expect(replica.process.pid).toBe(pid);
    expect(replica.process.output).not.toMatch(/"level":"(error|fatal)"/);
  });
  afterAll(async () => {
    witness.close();
    await replica.stop();
    await redis.stop();
  });

  describe("WS-SAFE-1 survives", () => {
    const paths = ["/", "/elsewhere", "/socket.io", "/socket.io/?EIO=4&transport=websocket"];
    test.each(paths)("SEC-42 an upgrade to %s that is reset at once", async (path) => {
      for (let n = 0; n < 20; n++) {
        const socket = await tcp(replica.port);
        socket.write(upgradeRequest(path));
        await new Promise((resolve) => setImmediate(resolve));
        socket.resetAndDestroy();
      }
    });

    test("an upgrade of a polling connection that is reset in the middle", async () => {
      const sid = new URL(await openPolling(replica.url)).searchParams.get("sid");
      const socket = await tcp(replica.port);
      socket.write(upgradeRequest(`/socket.io/?EIO=4&transport=websocket&sid=${sid}`));
      await once(socket, "data");
      socket.resetAndDestroy();
    });

    test("a connection that is reset after it was let in", async () => {
      const client = await RawClient.connected(replica.url);
      (client.socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
      await client.closed;
    });
  });

  test("WS-SAFE-1 destroys an upgrade that nobody answers, even if the client never ends it", async () => {
    const socket = await tcp(replica.port);
    socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    socket.write(upgradeRequest("/elsewhere"));
    await once(socket, "end");
    await waitUntil("nobody takes what is sent any more", () => {
      socket.write("still here");
      return socket.destroyed;
    });
  });

  const endings: [string, (string | Buffer)[]][] = [
    ["more attachments than allowed", ['4511-["x",{"_placeholder":true,"num":0}]']],
    ["a binary event that is not completed", ['451-/ws,["x",{"_placeholder":true,"num":0}]']],
    [
      "a binary event that names an attachment it has not",
      ['451-/ws,["x",{"_placeholder":true,"num":9}]', Buffer.alloc(4)],
    ],
    ["a binary ack", ['461-/ws,1[{"_placeholder":true,"num":0}]']],
    ["a binary frame", [Buffer.from("abc")]],
    ["an unknown packet type", ["49/ws,[]"]],
    ["no packet type", ["4"]],
    ["a type that is no digit", ["4x"]],
    ["no JSON", ['42/ws,["x"']],
    ["an event that is no array", ['42/ws,{"0":"x"}']],
    ["an event whose name is an object", ['42/ws,[{"toString":"x"}]']],
    ["an event without a name", ["42/ws,[]"]],
    ["an event whose name is null", ["42/ws,[null]"]],
    ["an event of a namespace it is not in", ['42/,["ping"]', '42["ping"]']],
    ["a second CONNECT", ["40/ws,{}"]],
    ["a CONNECT whose payload is no object", ["40,[]"]],
    ["a CONNECT whose payload is null", ["40,null"]],
    ["a CONNECT_ERROR", ["44/ws,{}"]],
    ["a DISCONNECT with a payload", ["41/ws,{}"]],
    ["a ping, which only servers send", ["2"]],
    ["an unknown Engine.IO packet", ["9"]],
    ["an empty frame", [""]],
    ["base64 of nothing", ["b"]],
    ["a message over the limit", [`42/ws,["${"x".repeat(maxMessageSize)}"]`]],
  ];
  test.each(endings)(
    "SEC-33 SEC-34 WS-SAFE-9 ends the connection, and only that, after %s",
    async (_, frames) => {
      const client = await RawClient.connected(replica.url);
      for (const frame of frames) client.send(frame);
      await client.closed;
    },
  );

  test("WS-SAFE-9 goes on after packets that mean nothing", async () => {
    const client = await RawClient.connected(replica.url);
    const frames = [
      "0",
      "1",
      "5",
      "6",
      "3probe",
      "43/ws,[]",
      "43/ws,99999999999999999999[1]",
      '42/ws,["__proto__"]',
    ];
    for (const frame of frames) client.send(frame);
    client.send('42/ws,1["ping"]');
    await client.next("43/ws,1[");
    await client.cut();
  });

  test("SEC-32 WS-LIMIT-13 ends a websocket with 1009 after a message over the limit", async () => {
    const client = await RawClient.connected(replica.url);
    client.send("4".repeat(maxMessageSize + 1));
    expect(await client.closed).toBe(1009);
  });

  test.each<[string, (body: string) => RequestInit]>([
    ["whose length is told", (body) => ({ body })],
    ["whose length is not told", (body) => ({ body: new Blob([body]).stream(), duplex: "half" })],
    ["of too many bytes in few characters", (body) => ({ body: body.replaceAll("66", "é") })],
  ])("SEC-32 WS-LIMIT-13 over polling answers 413 to a body %s, and ends the session", async (_, init) => {
    const request = await openPolling(replica.url);
    // In a namespace it would go on for as long as its client polls.
    await fetch(request, { method: "POST", body: `40/ws,${JSON.stringify({ token: testToken() })}` });
    for (let told = ""; !told.includes('"connection.established"'); )
      told += await (await fetch(request)).text();
    const poll = fetch(request).then((answer) => answer.text());
    const answer = await fetch(request, { method: "POST", ...init("6".repeat(maxMessageSize + 1)) });
    expect(answer.status).toBe(413);
    expect(await poll).toBe("1");
    expect((await fetch(request)).status).toBe(400);
  });

  test("SEC-15 WS-LIMIT-15 ends a connection that asks for no namespace in time, over both transports", async () => {
    const request = await openPolling(replica.url);
    const client = await RawClient.open(replica.url);
    await client.closed;
    expect(await (await fetch(request)).text()).toBe("6\x1e1");
  });

  const refused: [string, string, RequestInit][] = [
    ["Engine.IO 3", "EIO=3&transport=polling", {}],
    ["no version", "transport=polling", {}],
    ["no transport", "EIO=4", {}],
    ["an unknown transport", "EIO=4&transport=webtransport", {}],
    ["a transport that every object has", "EIO=4&transport=constructor", {}],
    ["a websocket without an upgrade", "EIO=4&transport=websocket", {}],
    ["a session that does not exist", "EIO=4&transport=polling&sid=nosuch", {}],
    ["a session that every object has", "EIO=4&transport=polling&sid=__proto__", {}],
    ["a handshake by POST", "EIO=4&transport=polling", { method: "POST", body: "40" }],
  ];
  test.each(refused)("SEC-35 WS-SAFE-7 answers 400 to %s", async (_, query, init) => {
    expect((await fetch(`${replica.url}/socket.io/?${query}`, init)).status).toBe(400);
  });

  test.each(["PUT", "DELETE", "PATCH", "HEAD"])(
    "SEC-56 WS-SAFE-7 answers 405 to %s, with a session or without",
    async (method) => {
      const request = await openPolling(replica.url);
      for (const url of [request, `${replica.url}/socket.io/?EIO=4&transport=polling`]) {
        const answer = await fetch(url, { method });
        expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"]);
      }
    },
  );

  test("SEC-56 WS-SAFE-7 answers 415 to a binary body, and 400 to JSONP", async () => {
    const request = await openPolling(replica.url);
    const headers = { "content-type": "Application/Octet-Stream; x=y" };
    expect((await fetch(request, { method: "POST", body: "3", headers })).status).toBe(415);
    expect((await fetch(`${request}&j=0`)).status).toBe(400);
  });

  test.each(["sid=nosuch", "sid=__proto__", "sid=constructor", "transport=polling"])(
    "WS-SAFE-7 ends an upgrade with %s",
    async (query) => {
      const socket = await tcp(replica.port);
      socket.write(upgradeRequest(`/socket.io/?EIO=4&transport=websocket&${query}`));
      socket.end();
      await once(socket.resume(), "close");
    },
  );

  describe("SEC-31 WS-SAFE-8 is not held up by", () => {
    test("a request that never ends", async () => {
      const path = new URL(await openPolling(replica.url));
      const starts = [
        "GET /socket.io/?EIO=4",
        "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        `POST ${path.pathname}${path.search} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n42`,
        upgradeRequest("/socket.io/?EIO=4&transport=websocket").slice(0, -2),
      ];
      const sockets = await Promise.all(starts.map(() => tcp(replica.port)));
      for (const [index, socket] of sockets.entries()) socket.write(starts[index] as string);
      expect((await fetch(`${replica.url}/health`)).status).toBe(200);
      for (const socket of sockets) socket.resetAndDestroy();
    });

    test("two requests at once for one polling connection, which ends", async () => {
      const request = await openPolling(replica.url);
      const answers = await Promise.all([fetch(request), fetch(request), fetch(request)]);
      expect(answers.some(({ status }) => status === 400)).toBe(true);
      expect((await fetch(request)).status).toBe(400);
    });

    test("requests that are no HTTP", async () => {
      for (const bytes of ["\r\n\r\n", "GET\r\n\r\n", "\u0016\u0003\u0001", "GET /\u0000 HTTP/1.1\r\n\r\n"]) {
        const socket = await tcp(replica.port);
        socket.end(bytes);
        await once(socket.resume(), "close");
      }
    });
  });
});
