import { type EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { openPolling } from "./support/raw-http.ts";

/** Ends every packet of a payload but the last. */
const separator = "\u001e";

describe("an answer to a poll", () => {
  let server: Embedded;
  let request: string;
  beforeAll(async () => {
    server = await startEmbedded({ socket: { pingIntervalMs: 400, pingTimeoutMs: 60_000 } });
  });
  beforeEach(async () => {
    request = await openPolling(server.url);
    await post(`40/ws,${JSON.stringify({ token: testToken() })}`);
    await post('42/ws,["subscribe",{"room":"project:p"}]');
    await waitUntil("it is in the room", () => server.realtime.subscriptions.size === 3);
  });
  afterEach(() => {
    for (const { conn } of server.realtime.io.of("/ws").sockets.values()) conn.close(true);
  });
  afterAll(() => server.close());

  const post = (body: string) => fetch(request, { method: "POST", body });
  const poll = async () => (await (await fetch(request)).text()).split(separator);

  test("WS-POLL-1 carries at most 16 packets, and the next goes on where it ended", async () => {
    const count = 60;
    for (let n = 0; n < count; n++) await announce(server, "project:p", { n });
    const numbers: number[] = [];
    while (numbers.length < count) {
      const packets = await poll();
      expect(packets.length).toBeLessThanOrEqual(16);
      numbers.push(...packets.flatMap(numberOf));
    }
    expect(numbers).toEqual([...Array(count).keys()]);
  });

  test("WS-POLL-1 carries at most 64 KiB, and a packet that is larger by itself alone", async () => {
    await poll();
    for (let n = 0; n < 4; n++) await announce(server, "project:p", { n, text: "é".repeat(12_000) });
    await announce(server, "project:p", { n: 4, text: "x".repeat(63_000) });
    const numbers: number[] = [];
    while (numbers.length < 5) {
      const packets = await poll();
      expect(Buffer.byteLength(packets.join(separator))).toBeLessThanOrEqual(65_536);
      numbers.push(...packets.flatMap(numberOf));
    }
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
  });

  test("WS-POLL-2 has a ping first, however much waits", async () => {
    await poll();
    for (let n = 0; n < 100; n++) await announce(server, "project:p", { n });
    const { clients } = server.realtime.io.engine as unknown as {
      clients: Record<string, { writeBuffer: { type: string }[] }>;
    };
    await waitUntil("it is pinged", () =>
      Object.values(clients).some(({ writeBuffer }) => writeBuffer.some(({ type }) => type === "ping")),
    );
    expect((await poll())[0]).toBe("2");
  });
});

/** The number of an event; none for other packets. */
function numberOf(packet: string): number[] {
  const found = /^42\/ws,\["project\.updated".*"n":(\d+)/.exec(packet);
  return found === null ? [] : [Number(found[1])];
}

describe("a change to websocket that breaks", () => {
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
    const engine = server.realtime.io.engine as unknown as EventEmitter & {
      clients: Record<string, unknown>;
    };
    const first = once(engine, "connection");
    const client = await TestClient.connected(url, {
      token: testToken("ada"),
      transports: ["polling", "websocket"],
    });
    const [{ id }] = (await first) as [{ id: string }];
    await waitUntil("the change is broken", () => cuts === 1);
    // An event before that would answer the open poll, over which the client is to be told.
    await waitUntil("the connection has ended", () => !Object.hasOwn(engine.clients, id));
    await announce(server, "user:ada", { n: 1 });
    expect((await client.next("project.updated")).event.data).toMatchObject({ changes: { n: 1 } });
    // The event may come over the connection that is about to end: the next one has an engine of its own.
    await waitUntil("it has changed over", () => client.socket.io.engine.transport.name === "websocket");
    client.close();
  });
});
