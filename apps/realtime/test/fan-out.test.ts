import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { channelOf } from "@roomcast/realtime";
import { type Received, TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { Connection } from "../src/delivery/connection.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { wireVariants } from "./support/wire-variants.ts";

const example = { projectName: "Apollo", status: "active", updatedBy: "u1" } as const;

/**
 * Every format, and every write path. A write path does not see the format; it sees only whether some of the clients
 * inflate and others do not. So the other two paths are tried where the frames are deflated, once as text and once as
 * binary. That they write plain JSON is shown by the tests of slow clients and of disconnecting.
 */
const cases = wireVariants.flatMap((variant) =>
  (["native", ...otherPaths(variant.name)] as const).map((writePath) => ({ ...variant, writePath })),
);

function otherPaths(format: string): ("public" | "stream")[] {
  if (format === "deflated msgpack") return ["public"];
  return format === "deflated JSON" ? ["stream"] : [];
}

describe.each(cases)("the fan-out of $name through the $writePath write path", (wire) => {
  let server: Embedded;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    const { writePath } = wire;
    const socket = { maxConnectionsPerUser: 100, maxQueueSize: 524_288 };
    server = await startEmbedded({ ...wire.options, writePath, socket });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const client of clients.splice(0)) client.close();
    await waitUntil("all have left", () => server.realtime.sessions.size === 0);
  });
  afterAll(() => server.close());

  const connect = async (options = {}) => {
    const client = await TestClient.connected(server.url, { token: testToken(), ...wire.client, ...options });
    clients.push(client);
    return client;
  };
  const send = (project: string, n: number, padding = "") =>
    server.broadcaster.broadcastProjectUpdated({ ...example, projectId: project, changes: { n, padding } });
  const numbers = (events: Received[]) => events.map(({ event }) => (event.data.changes as { n: number }).n);
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

  test("events of one tick arrive whole and in order, over both transports and namespaces", async () => {
    const all = await Promise.all([
      connect(),
      connect({ namespace: "" }),
      connect({ transports: ["polling"] }),
      connect({ transports: ["polling", "websocket"] }),
    ]);
    for (const client of all) await client.subscribe("project:1");
    for (const n of upTo(100)) void send("1", n, "é".repeat(n * 14));
    for (const client of all) expect(numbers(await client.take(100, "project.updated"))).toEqual(upTo(100));
  });

  test("idle websockets are written the shared frames, and again after something of their own", async () => {
    const polling = await connect({ transports: ["polling"] });
    const sockets = [await connect(), await connect(), await connect({ namespace: "" })];
    const deliver = jest.spyOn(Connection.prototype, "deliver");
    for (const n of upTo(3)) {
      // The answer is each client's own.
      for (const client of [polling, ...sockets]) await client.subscribe(`project:${n}`);
      await send(String(n), n);
      for (const client of [polling, ...sockets])
        expect(numbers([await client.next("project.updated")])).toEqual([n]);
    }
    const delivered = deliver.mock.contexts.map((one) => (one as Connection).engine.transport.name);
    expect(delivered).toEqual(["polling", "polling", "polling"]);
  });

  test("keeps the order of rooms that take turns, and of acks and direct emits between them", async () => {
    const client = await connect();
    await client.subscribe("project:a");
    await client.subscribe("project:b");
    const [socket] = await server.realtime.io.of("/ws").fetchSockets();
    expect(socket?.id).toBe(client.socket.id);
    const pings: Promise<unknown>[] = [];
    for (const n of upTo(50)) {
      void send(n % 2 ? "a" : "b", n);
      await Promise.resolve();
      if (n % 10 === 3) socket?.emit("direct", { data: { changes: { n: `direct ${n}` } } });
      if (n % 10 === 7) pings.push(client.call("ping"));
    }
    await client.take(50, "project.updated");
    await Promise.all(pings);
    const seen = numbers(
      client.received.filter(({ name }) => name === "project.updated" || name === "direct"),
    );
    expect(seen.filter((n) => typeof n === "number")).toEqual(upTo(50));
    for (const n of [3, 13, 23, 33, 43]) {
      const at = seen.indexOf(`direct ${n}` as unknown as number);
      expect(at).toBeGreaterThan(seen.indexOf(n));
      expect(at).toBeLessThan(seen.indexOf(n + 1));
    }
  });

  test("an upgrade from polling in the middle of a burst loses and reorders nothing", async () => {
    const transports = ["polling", "websocket"];
    const client = new TestClient(server.url, { token: testToken(), ...wire.client, transports });
    clients.push(client);
    await client.next("connection.established");
    await client.subscribe("project:u");
    let n = 0;
    const upgraded = new Promise((resolve) => client.socket.io.engine.once("upgrade", resolve));
    const timer = setInterval(() => {
      for (let i = 0; i < 5; i++) void send("u", n++);
    }, 1);
    if (client.socket.io.engine.transport.name !== "websocket") await upgraded;
    await client.take(100, "project.updated");
    clearInterval(timer);
    const rest = n - 100;
    await client.take(rest, "project.updated");
    expect(numbers(client.received.filter(({ name }) => name === "project.updated"))).toEqual(upTo(n));
  });

  test("a membership takes effect at its place in the tick", async () => {
    const client = await connect();
    void send("m", 1);
    const joined = client.subscribe("project:m");
    await joined;
    void send("m", 2);
    await Promise.resolve();
    const left = client.call("unsubscribe", { room: "project:m" });
    await left;
    void send("m", 3);
    await client.subscribe("project:m");
    void send("m", 4);
    await Promise.resolve();
    expect(numbers(await client.take(2, "project.updated"))).toEqual([2, 4]);
  });

  test("WS-ROOM-6 an event of several rooms reaches a socket in several of them once, with any filters", async () => {
    const client = await connect();
    await client.subscribe("project:x", { filters: { updatedBy: "u1" } });
    await client.subscribe("project:y", { filters: { updatedBy: "nobody" } });
    await client.subscribe("project:z");
    const data = { ...example, projectId: "x", changes: { n: 1 } };
    await server.broadcaster.broadcastProjectUpdated(data, {
      rooms: ["project:x", "project:y", "project:z"],
    });
    await send("z", 2);
    expect(numbers(await client.take(2, "project.updated"))).toEqual([1, 2]);
    expect(client.unread.filter((name) => name === "project.updated")).toEqual([]);
  });

  test("ad-hoc emits of extending code come in their order", async () => {
    const client = await connect();
    await client.subscribe("project:h");
    void send("h", 1);
    await Promise.resolve();
    server.realtime.io
      .of("/ws")
      .to(channelOf("project:h"))
      .emit("extra", { data: { changes: { n: 2 } } });
    void send("h", 3);
    await client.take(2, "project.updated");
    const seen = client.received.filter(({ name }) => name === "project.updated" || name === "extra");
    expect(numbers(seen)).toEqual([1, 2, 3]);
  });

  test("a client that does not read is cut off at the limit and resumes without a gap", async () => {
    const client = await connect();
    const bystander = await connect();
    await client.subscribe("project:s");
    await bystander.subscribe("project:s");
    const stream = (
      client.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }
    ).ws._socket;
    stream.pause();
    const lost = new Promise((resolve) => client.socket.once("disconnect", resolve));
    let n = 0;
    const padding = randomBytes(40_000).toString("base64");
    while (server.realtime.sessions.size === 2) {
      await send("s", n++, padding);
      await new Promise(setImmediate);
    }
    stream.resume();
    await lost;
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    expect(numbers(await client.take(n, "project.updated"))).toEqual(upTo(n));
    expect(numbers(await bystander.take(n, "project.updated"))).toEqual(upTo(n));
  });
});
