import { once } from "node:events";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createTokenVerifier } from "@roomcast/auth";
import { TestClient, testSecret, testToken, waitUntil } from "@roomcast/testkit";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";
import { openPolling, tcp } from "../support/raw-http.ts";

describe("handshakes", () => {
  let server: Embedded;
  let checks = 0;
  afterEach(() => server.close());

  test("WS-LIMIT-25 of one user beyond the rate have the transport closed, so that a stock client tries again by itself", async () => {
    await start({ handshakeRate: 0.1, maxConnectionsPerUser: 1 });
    const codes: number[] = [];
    // Six, and one more for each five seconds.
    while (codes.length === 0) {
      const client = await RawClient.open(server.url);
      client.connect("/ws", testToken("ada"));
      await Promise.race([client.next("42/ws,").catch(() => undefined), client.closed]);
      if (client.frames.some((frame) => frame.startsWith("40/ws,"))) await client.cut();
      else codes.push(await client.closed);
      expect(client.frames.some((frame) => frame.startsWith("44/ws,"))).toBe(false);
    }
    const stock = new TestClient(server.url, { token: testToken("ada") });
    const reasons: string[] = [];
    stock.socket.io.on("close", (reason) => reasons.push(reason));
    stock.socket.on("connect_error", (error) => reasons.push(error.message));
    await waitUntil("it is closed", () => reasons.length > 0 || stock.socket.connected);
    if (!stock.socket.connected) expect([reasons[0], stock.socket.active]).toEqual(["transport close", true]);
    const other = await TestClient.connected(server.url, { token: testToken("eve") });
    await stock.reconnected();
    for (const client of [stock, other]) client.close();
  });

  test("WS-LIMIT-26 of one address beyond the rate are 429 on both transports, before anything is made for them", async () => {
    await start({ addressRate: 0.1 });
    await openPolling(server.url);
    const clients = server.realtime.io.engine.clientsCount;
    await openPolling(server.url);
    const refused = await handshake();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual({ code: 3, message: "rate_limited" });
    expect(await upgradeStatus()).toBe(429);
    expect(server.realtime.io.engine.clientsCount).toBe(clients + 1);
  });

  test("WS-LIMIT-30 are counted for the address that a trusted proxy names, and no other", async () => {
    await start({ addressRate: 0.1 }, { trustedProxies: ["loopback"] });
    const from = async (address: string) => (await handshake({ "x-forwarded-for": address })).status;
    const statuses: number[] = [];
    for (const spoofed of ["1.1.1.1", "2.2.2.2", "3.3.3.3"])
      statuses.push(await from(`${spoofed}, 203.0.113.7`));
    expect(statuses).toEqual([200, 200, 429]);
    expect(await from("198.51.100.1:4711")).toBe(200);
    expect([await from("2001:db8::1"), await from("2001:db8::2"), await from("[2001:db8::3]:1")]).toEqual([
      200, 200, 429,
    ]);
  });

  test("WS-LIMIT-30 are counted for the peer where no proxy is trusted, and that is warned of once", async () => {
    await start({ addressRate: 0.1 });
    for (const status of [200, 200, 429])
      expect((await handshake({ "x-forwarded-for": `10.1.1.${status % 250}` })).status).toBe(status);
    expect(server.logLines.filter((line) => line.includes("TRUSTED_PROXIES"))).toHaveLength(1);
  });

  test("WS-LIMIT-27 after many refused tokens no token of the address is checked", async () => {
    await start({ addressRate: 10 });
    for (let n = 0; n < 3; n++) {
      const client = await RawClient.open(server.url);
      client.connect("/ws", "no token");
      await client.next("44/ws,");
      await client.cut();
    }
    expect(checks).toBe(3);
    expect((await handshake()).status).toBe(429);
    expect(checks).toBe(3);
  });

  test("WS-LIMIT-27 a token over a connection that was open before is not checked either; the transport is closed", async () => {
    await start({ addressRate: 10 });
    const clients = [];
    for (let n = 0; n < 4; n++) clients.push(await RawClient.open(server.url));
    const last = clients.pop() as RawClient;
    for (const client of clients) {
      client.connect("/ws", "no token");
      await client.next("44/ws,");
    }
    last.connect();
    await last.closed;
    expect(last.frames.filter((frame) => frame.startsWith("44"))).toEqual([]);
    expect(checks).toBe(3);
    for (const client of clients) await client.cut();
  });

  test("WS-LIMIT-28 of 2,000 that are sent at once over one TCP connection, one is taken", async () => {
    await start({});
    const socket = await tcp(server.port);
    const request = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let answers = "";
    socket.on("data", (chunk) => {
      answers += chunk;
    });
    socket.write(request.repeat(2_000));
    await once(socket, "end");
    socket.destroy();
    expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(1);
    expect(answers).toContain("HTTP/1.1 429");
    await waitUntil("one connection is left", () => server.realtime.io.engine.clientsCount <= 1);
  });

  test("WS-LIMIT-28 one after the other over one TCP connection are taken", async () => {
    await start({});
    for (let n = 0; n < 5; n++) expect((await handshake()).status).toBe(200);
  });

  async function start(
    socket: EmbeddedOptions["socket"],
    options: Partial<EmbeddedOptions> = {},
  ): Promise<void> {
    checks = 0;
    const verifier = createTokenVerifier({ secret: testSecret });
    const verify = (token: string | undefined) => {
      checks++;
      return verifier.verify(token);
    };
    server = await startEmbedded({ ...options, socket: socket ?? {}, verifier: { verify } });
  }

  function handshake(headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers });
  }

  function upgradeStatus(): Promise<number | undefined> {
    const client = RawClient.unopened(server.url);
    return new Promise((resolve) => {
      client.socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
  }
});
