import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RoomName } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling } from "./support/raw-http.ts";

const text = "x".repeat(30_000);
const maxQueueSize = 1_048_576;
/** More than a replay keeps in memory at once. */
const count = 40;

describe("the past of a room", () => {
  let server: Embedded;
  /** Each test has a room of its own. */
  let past: RoomName;
  let tests = 0;
  let since: string;
  beforeAll(async () => {
    const times = { pingIntervalMs: 60_000, pingTimeoutMs: 60_000 };
    const bounds = { maxQueueSize, maxReplaySize: 2_097_152, commandRate: 1_000 };
    server = await startEmbedded({ socket: { ...times, ...bounds } });
  });
  beforeEach(async () => {
    past = `project:past-${++tests}`;
    since = (await announce(server, past, { n: -1 })).position;
    await fill(past, count);
  });
  afterAll(() => server.close());

  const fill = async (room: RoomName | RoomName[], events: number, content = text) => {
    for (let n = 0; n < events; n++) await announce(server, room, { n, text: content });
  };

  test("WS-REPLAY-1 comes in portions, each when the client has answered a ping behind the one before", async () => {
    const client = await RawClient.connected(server.url);
    client.send(`42/ws,0["subscribe",${JSON.stringify({ room: past, since })}]`);
    await client.next("2");
    const first = eventsOf(client).length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(10);
    const { id } = await announce(server, past, { n: count });
    // What is written to a held connection would overtake the rest of the past.
    await client.flushed();
    expect(eventsOf(client)).toHaveLength(first);
    answerPings(client);
    client.send("3");
    expect(await client.next("43/ws,0[")).toContain(`"replayed":${count}`);
    expect(eventsOf(client).map(({ n }) => n)).toEqual([...Array(count + 1).keys()]);
    expect(eventsOf(client).at(-1)).toMatchObject({ id });
    await client.cut();
  });

  test("WS-REPLAY-2 goes on where a client broke off between two portions, on every connection", async () => {
    const seen: number[] = [];
    let auth: object = { token: testToken() };
    for (let connection = 0; seen.length < count; connection++) {
      expect(connection).toBeLessThan(count);
      const client = await RawClient.open(server.url);
      client.send(`40/ws,${JSON.stringify(auth)}`);
      const { pid } = JSON.parse((await client.next("40/ws,{")).slice(6)) as { pid: string };
      if (connection === 0) {
        await client.next('42/ws,["connection_established"');
        client.send(`42/ws,["subscribe",${JSON.stringify({ room: past, since })}]`);
      }
      // A ping follows a portion, or the end of the past has come.
      await waitUntil("a portion has come", () => client.frames.some(isEndOfPortion(connection)));
      const events = eventsOf(client);
      expect(events.length).toBeGreaterThan(0);
      seen.push(...events.map(({ n }) => n));
      auth = { token: testToken(), pid, offset: events.at(-1)?.position };
      await client.cut();
    }
    expect(seen).toEqual([...Array(count).keys()]);
  });

  test("WS-REPLAY-4 lets 256 commands wait, and refuses more", async () => {
    const client = await RawClient.connected(server.url);
    client.send(`42/ws,0["subscribe",${JSON.stringify({ room: past, since })}]`);
    await client.next("2");
    for (let n = 1; n <= 257; n++) client.send(`42/ws,${n}["unsubscribe",{"room":"project:none"}]`);
    expect(await client.next("43/ws,257[")).toContain("overloaded");
    answerPings(client);
    client.send("3");
    await client.next("43/ws,0[");
    for (let n = 1; n <= 256; n++) expect(await client.next(`43/ws,${n}[`)).toContain("not_subscribed");
    await client.cut();
  });

  test("WS-REPLAY-1 comes over polling, too, and live events behind it", async () => {
    const options = { token: testToken(), transports: ["polling"] };
    const client = await TestClient.connected(server.url, options);
    const answer = client.subscribe(past, { since });
    await client.next("project.updated");
    await announce(server, past, { n: count });
    expect((await answer).replayed).toBe(count);
    const rest = await client.take(count, "project.updated");
    expect(rest.map(({ event }) => (event.data.changes as { n: number }).n)).toEqual(
      [...Array(count).keys()].map((n) => n + 1),
    );
    client.close();
  });

  test("WS-REPLAY-3 is bounded over all rooms: the largest are reset, and the others are whole", async () => {
    await fill("project:small", 20);
    await fill("project:large", 60, text.repeat(2));
    await fill(["project:small", past], 1);
    const client = await TestClient.connected(server.url, { token: testToken() });
    const rooms = [past, "project:large", "project:small"];
    const ack = await client.call<{ ok: true; data: { replayed: number } }[]>(
      "subscribe",
      rooms.map((room) => ({ room, since })),
    );
    const replayed = ack.ok ? ack.data.map(({ data }) => data.replayed) : [];
    expect(replayed).toEqual([count + 1, 0, 21]);
    const { event } = await client.next("room.reset");
    expect(event.data).toMatchObject({ room: "project:large", reason: "trimmed" });
    expect(client.received.findIndex(({ name }) => name === "room.reset")).toBeLessThan(
      client.received.findIndex(({ name }) => name === "project.updated"),
    );
    await client.take(count + 21, "project.updated");
    const { id } = await announce(server, "project:large");
    expect((await client.next("project.updated")).event.id).toBe(id);
    expect(client.unread).not.toContain("room.reset");
    client.close();
  });
});

describe("a client that asks for the past again and again and reads nothing", () => {
  let server: Embedded;
  let since: string;
  beforeAll(async () => {
    const socket = { pingIntervalMs: 500, pingTimeoutMs: 1_500, maxQueueSize, commandRate: 1_000 };
    server = await startEmbedded({ socket });
    since = (await announce(server, "project:past", { n: -1 })).position;
    for (let n = 0; n < 200; n++) await announce(server, "project:past", { n, text });
  });
  afterAll(() => server.close());

  const again = () => [
    '42/ws,["unsubscribe",{"room":"project:past"}]',
    `42/ws,["subscribe",${JSON.stringify({ room: "project:past", since })}]`,
  ];

  test("SEC-44 WS-REPLAY-4 has a portion waiting at most, and is cut although it answers pings", async () => {
    const client = await RawClient.connected(server.url);
    client.socket.pause();
    let most = 0;
    await waitUntil("it is cut", async () => {
      for (const frame of ["3", ...again()]) client.send(frame);
      most = Math.max(most, waiting());
      return server.realtime.sessions.size === 0;
    });
    expect(most).toBeLessThan(maxQueueSize);
    await client.cut();
  });

  test("SEC-44 WS-REPLAY-4 is cut over polling, too", async () => {
    const request = await openPolling(server.url);
    const post = (body: string) => fetch(request, { method: "POST", body });
    await post(`40/ws,${JSON.stringify({ token: testToken() })}`);
    await waitUntil("it is in", () => server.realtime.sessions.size === 1);
    let most = 0;
    await waitUntil("it is cut", async () => {
      await post(["3", ...again()].join("\u001e"));
      most = Math.max(most, waiting());
      return server.realtime.sessions.size === 0;
    });
    expect(most).toBeLessThan(maxQueueSize);
  });

  /** Bytes that wait in this process. */
  function waiting(): number {
    const { clients } = server.realtime.io.engine as unknown as { clients: Record<string, Queues> };
    const bytes = Object.values(clients).map(({ writeBuffer, transport }) => {
      const queued = writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
      return queued + (transport.socket?.bufferedAmount ?? 0);
    });
    return Math.max(0, ...bytes);
  }
});

interface Queues {
  writeBuffer: { data?: string }[];
  transport: { socket?: { bufferedAmount: number } };
}

/** What tells that a portion has come whole; on a resume the first events come without a ping if they are the last. */
function isEndOfPortion(connection: number): (frame: string) => boolean {
  const last = connection === 0 ? "43/ws,0[" : '42/ws,["connection.established"';
  return (frame) => frame === "2" || frame.startsWith(last);
}

function answerPings(client: RawClient): void {
  client.socket.on("message", (data) => {
    if ((data as Buffer).toString() === "2") client.send("3");
  });
}

function eventsOf({ frames }: RawClient): { n: number; id: string; position: string }[] {
  return frames
    .filter((frame) => frame.startsWith('42/ws,["project.updated"'))
    .map((frame) => {
      const [, { id, data }, position] = JSON.parse(frame.slice(6));
      return { n: data.changes.n, id, position };
    });
}
