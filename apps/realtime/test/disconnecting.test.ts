import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { channelOf } from "@roomcast/realtime";
import { TestClient, testToken } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { openPolling } from "./support/raw-http.ts";

const room = "project:d";

const cases = (["native", "public", "stream"] as const).flatMap((writePath) =>
  (["websocket", "polling"] as const).map((transport) => ({ writePath, transport })),
);

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

let server: Embedded;
let namespace: Namespace;

const start = async (options = {}) => {
  server = await startEmbedded(options);
  namespace = server.realtime.io.of("/ws");
};
const onlySocket = () => namespace.sockets.values().next().value as Socket;

/** What is published by now waits for the end of the tick. */
const publish = async (n: number) => {
  void announce(server, room, { n });
  await Promise.resolve();
};

afterEach(() => server.close());

describe.each(cases)("a client over $transport, written $writePath", ({ writePath, transport }) => {
  let client: TestClient;
  beforeEach(async () => {
    await start({ writePath });
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
  await start();
  const request = await openPolling(server.url);
  const post = (body: string) => fetch(request, { method: "POST", body });
  await post(`40/ws,${JSON.stringify({ token: testToken() })}`);
  await fetch(request);
  await post(`42/ws,${JSON.stringify(["subscribe", { room }])}`);
  const polled = fetch(request);
  await once(server.httpServer, "request");
  await publish(1);
  onlySocket().conn.close(true);
  expect(await (await polled).text()).toBe("1");
});
