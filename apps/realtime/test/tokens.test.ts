import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clockToleranceMs } from "@roomcast/auth";
import { TestClient, type TestClientOptions, testToken, waitUntil } from "@roomcast/testkit";
import { WebSocket } from "ws";
import { announce } from "./support/announce.ts";
import { refusal } from "./support/connect-error.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

const token = testToken("ada");

describe("a client's token", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  for (const namespace of ["/", "/ws"]) {
    for (const transport of ["websocket", "polling"]) {
      const how = { namespace, transports: [transport] };

      test(`WS-AUTH-1 is taken from auth.token in ${namespace} over ${transport}`, async () => {
        expect(await userOf({ ...how, auth: { token } })).toBe("ada");
      });

      test(`WS-AUTH-2 is taken from the Authorization header in ${namespace} over ${transport}`, async () => {
        expect(await userOf({ ...how, extraHeaders: { Authorization: `Bearer ${token}` } })).toBe("ada");
      });
    }
  }

  test("WS-AUTH-3 is taken from a subprotocol, and only the other one is echoed", async () => {
    for (const protocols of [
      ["roomcast.v1", `bearer.${token}`],
      [`bearer.${token}`, "roomcast.v1"],
    ]) {
      const client = await RawClient.open(server.url, { protocols });
      expect(client.socket.protocol).toBe("roomcast.v1");
      client.send("40/ws,");
      expect(await client.next('42/ws,["connection.established"')).toContain('"userId":"ada"');
      await client.cut();
    }
  });

  test("WS-AUTH-3 is not echoed when it is the only subprotocol", async () => {
    const address = `${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, [`bearer.${token}`]);
    const [error] = await once(socket, "error");
    expect((error as Error).message).toBe("Server sent no subprotocol");
    socket.terminate();
  });

  test("WS-AUTH-3 is taken from a subprotocol by the stock client", async () => {
    const protocols = ["roomcast.v1", `bearer.${token}`];
    expect(await userOf({ protocols, transports: ["websocket"] })).toBe("ada");
  });

  test("SEC-12 WS-AUTH-4 is not taken from the query", async () => {
    for (const transports of [["websocket"], ["polling"]]) {
      const { data } = await refusal(server.url, { query: { token }, transports });
      expect(data).toMatchObject({ code: "unauthorized" });
    }
  });

  test("WS-AUTH-4 is taken from the query where the server allows it", async () => {
    const allowing = await startEmbedded({ socket: { allowQueryToken: true } });
    const client = await TestClient.connected(allowing.url, { query: { token } });
    client.close();
    await allowing.close();
  });

  test("WS-AUTH-10 is the one of auth.token when there are several, even if that is the bad one", async () => {
    const extraHeaders = { Authorization: `Bearer ${testToken("header")}` };
    expect(await userOf({ auth: { token }, extraHeaders })).toBe("ada");
    const { data } = await refusal(server.url, { auth: { token: "bad" }, extraHeaders });
    expect(data).toMatchObject({ code: "unauthorized" });
  });

  async function userOf(options: TestClientOptions): Promise<unknown> {
    const client = new TestClient(server.url, options);
    try {
      return (await client.next("connection.established")).event.data.userId;
    } finally {
      client.close();
    }
  }
});

describe("a client whose token expires while it is connected", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  test("SEC-7 WS-AUTH-12 is told so and disconnected over both transports when a handshake would refuse the token, and gets no event after", async () => {
    await Promise.all(["websocket", "polling"].map((transport) => expiresOver(transport)));
  });

  test("WS-AUTH-12 cannot resume with the expired token, and can with a new one", async () => {
    const exp = justPassed();
    const client = await TestClient.connected(server.url, { token: testToken("eve", { exp }) });
    await client.subscribe("project:1");
    await client.next("connection.error");
    await waitUntil("the session has ended", () => server.realtime.sessions.size === 0);
    await announce(server, "project:1");
    const { _pid: pid, _lastOffset: offset } = client.socket as unknown as Record<string, string>;
    const stale = { token: testToken("eve", { exp: exp - 60 }), pid, offset };
    expect((await refusal(server.url, { auth: stale })).data).toMatchObject({ code: "token_expired" });
    const again = new TestClient(server.url, { auth: { token: testToken("eve"), pid, offset } });
    expect((await again.next()).name).toBe("project.updated");
    expect((await again.next("connection.established")).event.data).toMatchObject({ recovered: true });
    again.close();
    client.close();
  });

  /** A token with this `exp` is still taken, for the clocks may be apart, and not for long. */
  function justPassed(): number {
    return Math.floor(Date.now() / 1_000) - 2;
  }

  async function expiresOver(transport: string): Promise<void> {
    const exp = justPassed();
    const token = testToken(transport, { exp });
    const client = await TestClient.connected(server.url, { token, transports: [transport] });
    await announce(server, `user:${transport}`);
    await client.next("project.updated");
    const disconnected = new Promise((resolve) => client.socket.once("disconnect", resolve));
    const { event } = await client.next("connection.error");
    expect(event.data).toEqual({ code: "token_expired", message: expect.any(String), retryable: false });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 + clockToleranceMs);
    expect(client.unread.filter((name) => name === "connection.established")).toEqual([]);
    const late = await refusal(server.url, { token: testToken(transport, { exp }) });
    expect(late.data).toMatchObject({ code: "token_expired" });
    await announce(server, `user:${transport}`);
    expect(await disconnected).toBe("io server disconnect");
    await waitUntil("the session has ended", () => server.realtime.sessions.ofUser(transport).length === 0);
    expect(client.unread.filter((name) => name === "project.updated")).toEqual([]);
    expect(client.socket.active).toBe(false);
    client.close();
  }
});
