import { once } from "node:events";
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, type TestClientOptions, testToken, waitUntil } from "@roomcast/testkit";
import msgpackParser from "socket.io-msgpack-parser";
import type { WebSocket } from "ws";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { watchFrames } from "./support/frames.ts";

const room = "project:m";
const encode = (packet: unknown) => {
  // Its types say `ArrayBuffer`.
  const [bytes] = new msgpackParser.Encoder().encode(packet) as unknown as [Buffer];
  return bytes;
};
const event = (...data: unknown[]) => encode({ type: 2, nsp: "/ws", data });

describe("packets in msgpack", () => {
  let server: Embedded;
  let witness: TestClient;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    server = await startEmbedded({ parser: "msgpack", socket: { maxConnectionsPerUser: 100 } });
    witness = await connect();
    clients.pop();
  });
  afterEach(async () => {
    expect(await witness.call("ping")).toMatchObject({ ok: true });
    expect(server.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    witness.close();
    await server.close();
  });

  test("WS-WIRE-4 carry every value as it was published", async () => {
    const client = await follower();
    const numbers = [
      0,
      127,
      128,
      65_536,
      2 ** 32,
      2 ** 53 - 1,
      -1,
      -33,
      -129,
      -40_000,
      -(2 ** 40),
      0.1,
      1e300,
    ];
    const changes = {
      numbers: [...numbers, 1e21, -(2 ** 80)],
      texts: ["", "é", "😀".repeat(9), "x".repeat(70_000 / 4), "\u0000"],
      others: [null, true, false, {}, [], { nested: [[{ a: 1 }]] }],
      many: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key ${n}`, n])),
    };
    await announce(server, room, changes);
    const received = await client.next("project.updated");
    expect(received.event.data.changes).toEqual(changes);
    expect(received.event).toMatchObject({ type: "project.updated", room, correlationId: null });
    expect(received.position).toMatch(/^[^.]+\.\d+$/);
  });

  test("WS-WIRE-4 are one binary frame for an event, the same for all", async () => {
    const all = await Promise.all([follower(), follower()]);
    const watched = all.map((client) => watchFrames(webSocketOf(client)));
    await announce(server, room, { n: 1 });
    for (const client of all) await client.next("project.updated");
    const [one, two] = watched.map((frames) => frames());
    expect(one).toMatchObject([{ isBinary: true }]);
    expect(two).toEqual(one);
  });

  test("WS-WIRE-4 answer commands as JSON does, with the same events in `history`", async () => {
    const client = await follower();
    await announce(server, room, { n: 7 });
    const { event } = await client.next("project.updated");
    const page = await client.call("history", { room, limit: 1 });
    expect(page).toMatchObject({
      ok: true,
      data: { room, events: [{ event }], complete: expect.anything() },
    });
    expect(await client.call("subscribe", { room: "no room" })).toMatchObject({
      ok: false,
      error: { code: "invalid_room", retryable: false },
    });
    expect(await client.call("nosuch")).toMatchObject({ ok: false, error: { code: "unknown_command" } });
  });

  test("WS-LIMIT-2 are counted while they wait to be read", async () => {
    for (let n = 0; n < 20; n++) await announce(server, room, { text: "x".repeat(60_000) });
    const client = await connect();
    const { _socket: stream } = webSocketOf(client) as unknown as { _socket: Socket };
    stream.pause();
    const ask = () => client.call("history", { room, limit: 20 });
    const answers = Array.from({ length: 60 }, ask);
    await waitUntil("some wait", () => {
      const isRefused = queued().some((packet) => packet.includes("overloaded"));
      // As long as the system takes everything, what is refused does not stay.
      if (!isRefused) answers.push(ask());
      return isRefused;
    });
    expect(Buffer.concat(queued()).length).toBeLessThan(4 * 1_048_576);
    stream.resume();
    const seen = await Promise.all(answers);
    expect(seen[0]).toMatchObject({ ok: true });
    expect(seen.at(-1)).toMatchObject({ ok: false, error: { code: "overloaded" } });
  });

  test("WS-WIRE-4 carry what extending code emits as with the stock parser", async () => {
    const args: unknown[] = [];
    const client = await follower();
    client.socket.on("extra", (...given) => args.push(...given));
    const [, socket] = [...server.realtime.io.of("/ws").sockets.values()];
    socket?.emit("extra", new Date(1_700_000_000_123), Buffer.from("abc"), { left: undefined, kept: 1 });
    await client.next("extra");
    expect(args).toEqual([new Date(1_700_000_000_123), Buffer.from("abc"), { kept: 1 }]);
  });

  test("WS-WIRE-4 go on after an entry of the log whose text is no JSON", async () => {
    const client = await follower();
    const entry = { kind: "event", id: "1", type: "project.updated", transient: false } as const;
    await server.broadcaster.commit({ ...entry, rooms: [room], json: '{"data":' });
    await announce(server, room, { n: 1 });
    expect((await client.next("project.updated")).event.data.changes).toEqual({ n: 1 });
    expect(server.logLines.filter((line) => line.includes("cannot be parsed"))).toHaveLength(1);
  });

  test("WS-CMD-4 answer invalid_command to names that could reach a prototype", async () => {
    const client = await follower();
    const input = JSON.parse('{"room":"project:1","__proto__":{"polluted":true}}') as unknown;
    expect(await client.call("subscribe", input)).toMatchObject({
      ok: false,
      error: { code: "invalid_command" },
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  const malformed: [string, Buffer][] = [
    ["nothing", Buffer.alloc(0)],
    ["a number", encode(5)],
    ["null", encode(null)],
    ["an array", encode([2, "/ws", ["ping"]])],
    ["no type", encode({ nsp: "/ws", data: ["ping"] })],
    ["an unknown type", encode({ type: 9, nsp: "/ws", data: ["ping"] })],
    ["a type that every object has", encode({ type: "constructor", nsp: "/ws", data: ["ping"] })],
    ["no namespace", encode({ type: 2, data: ["ping"] })],
    ["a namespace that is a number", encode({ type: 2, nsp: 1, data: ["ping"] })],
    ["a namespace it is not in", encode({ type: 2, nsp: "/", data: ["ping"] })],
    ["no arguments", encode({ type: 2, nsp: "/ws" })],
    ["no name", event()],
    ["a name that is an object", event({ toString: "x" })],
    ["a name that Socket.IO keeps for itself", event("disconnect")],
    ["an ack id that is a text", encode({ type: 2, nsp: "/ws", id: "1", data: ["ping"] })],
    ["a second CONNECT", encode({ type: 0, nsp: "/ws", data: {} })],
    ["a CONNECT whose payload is an array", encode({ type: 0, nsp: "/", data: [] })],
    ["a CONNECT_ERROR", encode({ type: 4, nsp: "/ws", data: {} })],
    ["a packet that ends too early", event("ping").subarray(0, -1)],
    ["bytes after the packet", Buffer.concat([event("ping"), Buffer.of(0)])],
    ["binary data", event("ping", Buffer.alloc(3))],
    ["an extension", event("ping", new Date())],
    ["a byte that means nothing", Buffer.of(0xc1)],
    ["a key that is no text", Buffer.of(0x81, 0x01, 0x01)],
    ["nested arrays", Buffer.alloc(20_000, 0x91)],
    ["an array longer than the message", Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["arrays of millions in each other", Buffer.alloc(80, Buffer.of(0xdd, 1, 0xff, 0xff, 0xff))],
    ["a map longer than the message", Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa0, 0xa0)],
    ["a text longer than the message", Buffer.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
  ];
  test.each(malformed)("WS-SAFE-9 end the connection, and only that, after %s", async (_, bytes) => {
    const client = await follower({ reconnection: false });
    const ended = once(webSocketOf(client), "close");
    webSocketOf(client).send(bytes);
    await ended;
  });

  /** What waits in Engine.IO for all clients. */
  function queued(): Buffer[] {
    const { clients: engines } = server.realtime.io.engine as unknown as {
      clients: Record<string, { writeBuffer: { data?: Buffer }[] }>;
    };
    return Object.values(engines).flatMap(({ writeBuffer }) =>
      writeBuffer.flatMap(({ data }) => (data === undefined ? [] : [data])),
    );
  }

  async function connect(options: TestClientOptions = {}): Promise<TestClient> {
    const given = { token: testToken(), parser: msgpackParser, ...options };
    const client = await TestClient.connected(server.url, given);
    clients.push(client);
    return client;
  }

  async function follower(options: TestClientOptions = {}): Promise<TestClient> {
    const client = await connect(options);
    await client.subscribe(room);
    return client;
  }
});

describe.each([
  { parser: "msgpack", client: {} },
  { parser: "json", client: { parser: msgpackParser } },
] as const)("a server whose parser is $parser", ({ parser, client: options }) => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ parser });
  });
  afterAll(() => server.close());

  test.each(["websocket", "polling"])("WS-WIRE-5 refuses another over %s, for good", async (transport) => {
    const client = new TestClient(server.url, {
      token: testToken(),
      transports: [transport],
      ...options,
    });
    const [error] = (await once(client.socket as unknown as NodeJS.EventEmitter, "connect_error")) as [
      Error & { data: unknown },
    ];
    expect(error.data).toMatchObject({ code: "wrong_parser", retryable: false });
    expect(client.socket.active).toBe(false);
    expect(server.realtime.sessions.size).toBe(0);
    client.close();
  });
});

function webSocketOf(client: TestClient): WebSocket {
  return (client.socket.io.engine.transport as unknown as { ws: WebSocket }).ws;
}
