import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clockToleranceMs } from "@roomcast/auth";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { refusal } from "./support/connect-error.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

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
