import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

let server: Embedded;
let proxy: Server;
const sockets = new Set<Socket>();
let cuts = 0;

beforeAll(async () => {
  // Longer than the patience of a test: what comes within that does not come from a ping timeout.
  server = await startEmbedded({ socket: { pingIntervalMs: 600_000, pingTimeoutMs: 600_000 } });
  proxy = createServer((client) => pass(client)).listen(0, "127.0.0.1");
  await once(proxy, "listening");
});
afterAll(async () => {
  proxy.close();
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** Breaks the first connection that answers a probe, right after the answer. */
function pass(client: Socket): void {
  const target = connect(server.port, "127.0.0.1");
  for (const socket of [client, target]) {
    sockets.add(socket.on("error", () => undefined));
    socket.on("close", () => sockets.delete(socket));
  }
  client.pipe(target);
  target.pipe(client);
  target.on("data", (chunk: Buffer) => {
    if (cuts > 0 || !chunk.includes("3probe")) return;
    cuts++;
    client.end();
    target.destroy();
  });
}

test("WS-CONN-14 a client whose change to websocket breaks is told so over its open poll, and misses nothing", async () => {
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = await TestClient.connected(url, {
    token: testToken("ada"),
    transports: ["polling", "websocket"],
  });
  await waitUntil("the change is broken", () => cuts === 1);
  await announce(server, "user:ada", { n: 1 });
  expect((await client.next("project.updated")).event.data).toMatchObject({ changes: { n: 1 } });
  const { engine } = client.socket.io;
  await waitUntil("it has changed over", () => engine.transport.name === "websocket");
  client.close();
});
