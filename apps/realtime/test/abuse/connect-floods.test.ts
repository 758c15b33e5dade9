import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createTokenVerifier } from "@roomcast/auth";
import { testSecret, testToken, waitUntil } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";
import { openPolling } from "../support/raw-http.ts";

describe("a flood of CONNECT packets", () => {
  let server: Embedded;
  let checks = 0;
  beforeAll(async () => {
    const verifier = createTokenVerifier({ secret: testSecret });
    server = await startEmbedded({
      verifier: {
        verify(token) {
          checks++;
          return verifier.verify(token);
        },
      },
    });
  });
  beforeEach(() => {
    checks = 0;
  });
  afterAll(() => server.close());

  test("SEC-14 WS-SAFE-4 of 50 at once makes one token check and at most one socket", async () => {
    const client = await RawClient.open(server.url);
    for (let n = 0; n < 50; n++) client.connect();
    await client.closed;
    expect(checks).toBeLessThanOrEqual(1);
    await noneLeft();
  });

  test.each([" ", "\n", "\t"])(
    "WS-SAFE-4 is seen when the packets begin with %j, which Socket.IO takes for a 0",
    async (space) => {
      const client = await RawClient.open(server.url);
      for (let n = 0; n < 50; n++) client.send(`4${space}/ws,${JSON.stringify({ token: testToken() })}`);
      await client.closed;
      expect(checks).toBeLessThanOrEqual(1);
      await noneLeft();
    },
  );

  test("WS-SAFE-4 in one polling request is over after the first few", async () => {
    const request = await openPolling(server.url);
    const packet = `40/ws,${JSON.stringify({ token: "x" })}`;
    const body = Array.from({ length: 4_000 }, () => packet).join("\x1e");
    await fetch(request, { method: "POST", body });
    expect(checks).toBeLessThanOrEqual(8);
    expect((await fetch(request)).status).toBe(400);
  });

  test("WS-SAFE-4 of 300 KB in one polling request is refused unread", async () => {
    const request = await openPolling(server.url);
    const body = Array.from({ length: 100_000 }, () => "40").join("\x1e");
    expect((await fetch(request, { method: "POST", body })).status).toBe(413);
    expect(checks).toBe(0);
    await fetch(request, { method: "POST", body: "1" });
  });

  test("SEC-16 WS-SAFE-5 to 10,000 unknown namespaces ends the connection and keeps nothing", async () => {
    const client = await RawClient.open(server.url);
    for (let n = 0; n < 10_000; n++) client.send(`40/nowhere-${n},`);
    await client.closed;
    expect(client.frames.filter((frame) => frame.startsWith("44/nowhere"))).not.toHaveLength(10_000);
    expect(server.realtime.io._nsps.size).toBe(2);
    await noneLeft();
  });

  test("WS-SAFE-5 a single unknown namespace is refused and the others stay", async () => {
    const client = await RawClient.connected(server.url);
    client.send("40/nowhere,");
    expect(await client.next("44/nowhere,")).toContain("Invalid namespace");
    client.send('42/ws,1["ping"]');
    await client.next("43/ws,1");
    await client.cut();
  });

  test("SEC-17 WS-SAFE-6 in turn with DISCONNECT ends the connection", async () => {
    const client = await RawClient.open(server.url);
    for (let n = 0; n < 50 && client.socket.readyState === client.socket.OPEN; n++) {
      client.connect();
      await Promise.race([client.next("42/ws,").catch(() => undefined), client.closed]);
      client.send("41/ws,");
    }
    await client.closed;
    expect(checks).toBeLessThanOrEqual(8);
    await noneLeft();
  });

  test("WS-SAFE-6 a connection that has left its last namespace is ended after the open timeout", async () => {
    const impatient = await startEmbedded({ socket: { openTimeoutMs: 1_000 } });
    const client = await RawClient.connected(impatient.url);
    client.send("41/ws,");
    await client.closed;
    await impatient.close();
  });

  async function noneLeft(): Promise<void> {
    await waitUntil("no connection is left", () => server.realtime.io.engine.clientsCount === 0);
    expect(server.realtime.sessions.size).toBe(0);
  }
});
