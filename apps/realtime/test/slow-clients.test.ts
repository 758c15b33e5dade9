import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { RoomName } from "@roomcast/events";
import { channelOf, type RealtimeContext } from "@roomcast/realtime";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling } from "./support/raw-http.ts";

const maxQueueSize = 1_048_576;
const text = "x".repeat(60_000);

/** More than the kernel's buffers of both ends of a connection on one machine may take. */
const maxEvents = 600;

let server: Embedded;
let witness: TestClient;

/** One server for the tests of a block; each test begins with a witness alone in it. */
function serve(writePath: RealtimeContext["options"]["writePath"]): void {
  beforeAll(async () => {
    server = await startEmbedded({
      writePath,
      socket: { maxQueueSize, pingIntervalMs: 300, pingTimeoutMs: 60_000 },
    });
  });
  beforeEach(async () => {
    witness = await TestClient.connected(server.url, { token: testToken("witness") });
    await witness.subscribe("project:flood");
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    witness.close();
    await waitUntil("all have left", () => server.realtime.sessions.size === 0);
  });
  afterAll(() => server.close());
}

describe.each(["native", "public", "stream"] as const)(
  "a client that does not read, written %s",
  (writePath) => {
    serve(writePath);

    test("SEC-48 WS-LIMIT-14 is cut at the limit although it sends pongs, and nobody else notices", async () => {
      const client = await RawClient.connected(server.url);
      await subscribe(client);
      client.socket.pause();
      const { sent, most } = await flood(() => client.send("3"));
      expect(server.realtime.sessions.size).toBe(1);
      expect(most).toBeLessThan(maxQueueSize + 2 * text.length);
      expect(most).toBeGreaterThan(maxQueueSize - 3 * text.length);
      const received = await witness.take(sent, "project.updated");
      expect(received.map(({ event }) => (event.data.changes as { n: number }).n)).toEqual([
        ...Array(sent).keys(),
      ]);
      await client.cut();
    });

    test.each<{ rooms: [RoomName, ...RoomName[]] }>([
      { rooms: ["project:flood"] },
      { rooms: ["project:flood", "project:other"] },
    ])("what others are told when it is cut over polling comes at its place in $rooms", async ({ rooms }) => {
      await openPoller(...rooms);
      // After the poller in each room.
      const bystander = await TestClient.connected(server.url, { token: testToken("bystander") });
      for (const room of rooms) await bystander.subscribe(room);
      const namespace = server.realtime.io.of("/ws");
      let sent = 0;
      let leftAt: number | undefined;
      pollerOf(namespace).once("disconnect", () => {
        leftAt = sent;
        namespace.to(channelOf("project:flood")).emit("left", { data: { changes: { n: "left" } } });
      });
      while (leftAt === undefined) {
        if (sent > maxEvents) throw new Error("it was not cut");
        const ofOneTick = [...rooms, ...rooms, ...rooms];
        await Promise.all(ofOneTick.map((room) => announce(server, room, { n: sent++, text })));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await bystander.take(sent, "project.updated");
      const seen = bystander.received.filter(({ name }) => name === "project.updated" || name === "left");
      const numbers: unknown[] = [...Array(sent).keys()];
      expect(seen.map(({ event }) => (event.data.changes as { n: unknown }).n)).toEqual(
        numbers.toSpliced(leftAt, 0, "left"),
      );
      bystander.close();
    });

    test("SEC-17 WS-SAFE-14 is cut after a flood of WebSocket pings whose answers it does not read", async () => {
      const client = await RawClient.connected(server.url);
      client.socket.pause();
      const stream = (client.socket as unknown as { _socket: { write(data: Buffer): boolean } })._socket;
      // Masked pings of 125 bytes; all of their answers would take 25 MB.
      const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
      const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping));
      let most = 0;
      for (let n = 0; n < 200 && server.realtime.sessions.size > 1; n++) {
        stream.write(pings);
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, buffered());
      }
      expect(most).toBeLessThan(100_000);
      await waitUntil("it is cut", () => server.realtime.sessions.size === 1);
      await client.cut();
    });

    test("a large past that it reads slowly takes no memory, and it is not cut for what comes after", async () => {
      const count = 240;
      const { position } = await announce(server, "project:past", { n: -1, text });
      for (let n = 0; n < count; n++) await announce(server, "project:past", { n, text });
      const client = await RawClient.connected(server.url);
      client.send(`42/ws,0["subscribe",${JSON.stringify({ room: "project:past", since: position })}]`);
      await client.next("2");
      client.socket.pause();
      for (let n = count; n < count + 50; n++) {
        await announce(server, "project:past", { n, text });
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(server.realtime.sessions.size).toBe(2);
      expect(buffered()).toBeLessThan(maxQueueSize);
      client.socket.on("message", (data) => {
        if ((data as Buffer).toString() === "2") client.send("3");
      });
      client.send("3");
      client.socket.resume();
      const isEvent = (frame: string) => frame.startsWith('42/ws,["project.updated"');
      await waitUntil("all has come", () => client.frames.filter(isEvent).length >= count + 50);
      const numbers = client.frames.flatMap((frame) => /"n":(\d+),/.exec(frame)?.[1] ?? []);
      expect(numbers.map(Number)).toEqual([...Array(count + 50).keys()]);
      client.socket.terminate();
    });
  },
);

/** These are written by no write path. */
describe("a client over polling that stops asking", () => {
  serve("native");

  test("WS-LIMIT-14 is cut over polling, too, when it stops asking", async () => {
    const request = await openPoller("project:flood");
    const { sent, most } = await flood(() => undefined);
    expect(sent).toBeLessThan(25);
    expect(most).toBeLessThan(maxQueueSize + 2 * text.length);
    expect((await fetch(request)).status).toBe(400);
  });

  test("it is cut over polling once, and from then on nothing is queued for it", async () => {
    await openPoller("project:flood");
    const namespace = server.realtime.io.of("/ws");
    const { conn } = pollerOf(namespace);
    const close = jest.spyOn(conn, "close");
    const queued: number[] = [];
    for (let n = 0; n < 30; n++) {
      await announce(server, "project:flood", { n, text });
      // Has everything written that came so far.
      namespace.to("nobody").emit("flush");
      queued.push(buffered());
    }
    expect(close).not.toHaveBeenCalled();
    expect(queued.at(-1)).toBeLessThan(maxQueueSize);
    expect(queued.at(-1)).toBe(queued.at(-10));
    await waitUntil("it is cut", () => server.realtime.sessions.size === 1);
    expect(close).toHaveBeenCalledTimes(1);
  });
});

/** Connects over polling, asks for no more than the answer, and returns the URL of its requests. */
async function openPoller(...rooms: RoomName[]): Promise<string> {
  const request = await openPolling(server.url);
  const post = (body: string) => fetch(request, { method: "POST", body });
  await post(`40/ws,${JSON.stringify({ token: testToken() })}`);
  await fetch(request);
  for (const room of rooms) await post(`42/ws,${JSON.stringify(["subscribe", { room }])}`);
  return request;
}

async function subscribe(client: RawClient): Promise<void> {
  client.send('42/ws,0["subscribe",{"room":"project:flood"}]');
  await client.next("43/ws,0[");
}

/** Publishes until only the witness is left; `most`: the most bytes that waited in this process for one client. */
async function flood(afterChunk: () => void): Promise<{ sent: number; most: number }> {
  let most = 0;
  let sent = 0;
  while (server.realtime.sessions.size > 1) {
    if (sent > maxEvents) throw new Error("it was not cut");
    await announce(server, "project:flood", { n: sent++, text });
    afterChunk();
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, buffered());
  }
  return { sent, most };
}

/** Bytes that wait for the client that most wait for: in Engine.IO, in ws, and in the stream. */
function buffered(): number {
  const { clients } = server.realtime.io.engine as unknown as { clients: Record<string, Queues> };
  const bytes = Object.values(clients).map(({ writeBuffer, transport }) => {
    const queued = writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
    return queued + (transport.socket?.bufferedAmount ?? 0);
  });
  return Math.max(0, ...bytes);
}
/** The socket of the only client on polling. */
function pollerOf({ sockets }: Namespace): Socket {
  return [...sockets.values()].find(({ conn }) => conn.transport.name === "polling") as Socket;
}

interface Queues {
  writeBuffer: { data?: string }[];
  transport: { socket?: { bufferedAmount: number } };
}
