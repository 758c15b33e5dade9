import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { channelOf } from "@roomcast/realtime";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { openPolling } from "./support/raw-http.ts";

const room = "project:d";

/** Write paths are for WebSockets alone; what is sent over polling passes by them. */
const cases = [
  { writePath: "native", transports: ["websocket", "polling"] },
  { writePath: "public", transports: ["websocket"] },
  { writePath: "stream", transports: ["websocket"] },
] as const;

/** How extending code may part with a client. */
const ways: Record<string, (socket: Socket) => void> = {
  "leave()": (socket) => void socket.leave(channelOf(room)),
  "socketsLeave()": ({ nsp }) => nsp.in(channelOf(room)).socketsLeave(channelOf(room)),
  "disconnect()": (socket) => void socket.disconnect(),
  "disconnect(true)": (socket) => void socket.disconnect(true),
  "disconnectSockets()": ({ nsp }) => nsp.in(channelOf(room)).disconnectSockets(),
  "disconnectSockets(true)": ({ nsp }) => nsp.in(channelOf(room)).disconnectSockets(true),
  "conn.close()": ({ conn }) => conn.close(),
};

describe.each(cases)("a server that writes $writePath", ({ writePath, transports }) => {
  let server: Embedded;
  let namespace: Namespace;
  beforeAll(async () => {
    server = await startEmbedded({ writePath });
    namespace = server.realtime.io.of("/ws");
  });
  afterEach(() => waitUntil("all have left", () => server.realtime.sessions.size === 0));
  afterAll(() => server.close());

  const onlySocket = () => namespace.sockets.values().next().value as Socket;

  /** What is published by now waits for the end of the tick. */
  const publish = async (n: number) => {
    void announce(server, room, { n });
    await Promise.resolve();
  };

  describe.each(transports)("to a client over %s", (transport) => {
    let client: TestClient;
    beforeEach(async () => {
      const options = { token: testToken(), transports: [transport], reconnection: false };
      client = await TestClient.connected(server.url, options);
      await client.subscribe(room);
    });
    afterEach(() => client.close());

    test.each(Object.keys(ways))("%s comes after the events before it in the tick", async (way) => {
      const socket = onlySocket();
      await publish(1);
      await publish(2);
      ways[way]?.(socket);
      await publish(3);
      if (way.includes("eave")) socket.emit("marker", {});
      else await once(client.socket as never, "disconnect");
      const events = await client.take(2, "project.updated");
      expect(events.map(({ event }) => event.data.changes)).toEqual([{ n: 1 }, { n: 2 }]);
      if (way.includes("eave")) await client.next("marker");
      expect(client.unread).not.toContain("project.updated");
    });
  });

  test("a connection that is discarded is given nothing more", async () => {
    const request = await openPolling(server.url);
    const post = (body: string) => fetch(request, { method: "POST", body });
    await post(`40/ws,${JSON.stringify({ token: testToken() })}`);
    await fetch(request);
    await post(`42/ws,${JSON.stringify(["subscribe", { room }])}`);
    const polled = fetch(request);
    await waitUntil("it polls", () => onlySocket().conn.transport.writable);
    await publish(1);
    onlySocket().conn.close(true);
    expect(await (await polled).text()).toBe("1");
  });
});
