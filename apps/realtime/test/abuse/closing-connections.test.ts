import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "../support/announce.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";
import { openPolling } from "../support/raw-http.ts";

/** Pings end nothing in these tests. */
const neverPings = { pingIntervalMs: 600_000, pingTimeoutMs: 600_000 };
const shortTimes = { closeTimeoutMs: 400, openTimeoutMs: 400, maxQueueSize: 64 * 1_048_576 };

describe("a connection that its client does not let close", () => {
  let server: Embedded;
  beforeEach(async () => {
    server = await startEmbedded({ socket: { ...neverPings, ...shortTimes } });
  });
  afterEach(() => server.close());

  const post = (request: string, body: string) => fetch(request, { method: "POST", body });
  const isEnded = () => waitUntil("it has ended", () => server.realtime.io.engine.clientsCount === 0);

  test("SEC-53 WS-SAFE-16 ends after a refused CONNECT over polling whose answer nobody asks for", async () => {
    const request = await openPolling(server.url);
    await post(request, "40/ws,{}");
    await isEnded();
    expect((await fetch(request)).status).toBe(400);
  });

  test("WS-SAFE-16 ends after the namespace was left over polling", async () => {
    const request = await openPolling(server.url);
    await post(request, `40/ws,${JSON.stringify({ token: testToken() })}`);
    await waitUntil("it is in", () => server.realtime.sessions.size === 1);
    await post(request, "41/ws,");
    await isEnded();
  });

  test("WS-SAFE-16 ends when the user is sent away over polling", async () => {
    const request = await openPolling(server.url);
    await post(request, `40/ws,${JSON.stringify({ token: testToken() })}`);
    await waitUntil("it is in", () => server.realtime.sessions.size === 1);
    server.realtime.io.of("/ws").disconnectSockets(true);
    await isEnded();
  });

  test.each(["the namespace is left", "the user is sent away"])(
    "WS-SAFE-16 ends when %s although events wait that are not read",
    async (way) => {
      const client = await RawClient.connected(server.url);
      client.send('42/ws,0["subscribe",{"room":"project:s"}]');
      await client.next("43/ws,0[");
      client.socket.pause();
      for (let n = 0; n < 600 && !isBehind(); n++) {
        await announce(server, "project:s", { n, text: "x".repeat(60_000) });
        await new Promise((resolve) => setImmediate(resolve));
      }
      // Answers wait behind what the system no longer takes.
      for (const n of [1, 2, 3]) client.send(`42/ws,${n}["ping"]`);
      await waitUntil("answers wait", () => engines().some(({ writeBuffer }) => writeBuffer.length > 0));
      if (way === "the namespace is left") client.send("41/ws,");
      else server.realtime.io.of("/ws").disconnectSockets(true);
      await isEnded();
      await client.cut();
    },
  );

  test("WS-SAFE-16 an upgrade that stops half way leaves the connection on polling", async () => {
    const request = await openPolling(server.url);
    const probing = RawClient.unopened(server.url, {
      query: `&sid=${new URL(request).searchParams.get("sid")}`,
    });
    await probing.opened;
    probing.send("2probe");
    await probing.next("3probe");
    // In no namespace in time.
    await isEnded();
    await probing.closed;
  });

  const isBehind = () => engines().some(({ transport }) => (transport.socket?.bufferedAmount ?? 0) > 0);

  interface Engine {
    writeBuffer: unknown[];
    transport: { socket?: { bufferedAmount: number } };
  }

  function engines(): Engine[] {
    return Object.values(
      (server.realtime.io.engine as unknown as { clients: Record<string, Engine> }).clients,
    );
  }
});

test("SEC-53 WS-SAFE-16 a client on polling that posts answers to pings and never asks for them is ended", async () => {
  const server = await startEmbedded({ socket: { pingIntervalMs: 300, pingTimeoutMs: 60_000 } });
  const request = await openPolling(server.url);
  await fetch(request, { method: "POST", body: `40/ws,${JSON.stringify({ token: testToken() })}` });
  await waitUntil("it is ended", async () => {
    const { status } = await fetch(request, { method: "POST", body: "3" });
    return status === 400;
  });
  expect(server.realtime.io.engine.clientsCount).toBe(0);
  await server.close();
});
