import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import msgpackParser from "socket.io-msgpack-parser";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("a client that was let in", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  for (const namespace of ["/", "/ws"]) {
    for (const transport of ["websocket", "polling"]) {
      describe(`in ${namespace} over ${transport}`, () => {
        const how = { token: testToken("ada"), namespace, transports: [transport] };

        test("WS-CONN-1 is told first of all, under both names, who and where it is", async () => {
          const client = new TestClient(server.url, how);
          const [first, second] = [await client.next(), await client.next()];
          expect([first.name, second.name]).toEqual(["connection.established", "connection_established"]);
          expect(first.event).toEqual({
            id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            type: "connection.established",
            room: "user:ada",
            timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
            correlationId: null,
            data: {
              sessionId: expect.stringMatching(/^[\w-]{22}$/),
              userId: "ada",
              recovered: false,
              rooms: ["user:ada", "global"],
            },
          });
          expect(first.position).toMatch(/^\w+\.\d+$/);
          expect(second.event.data).toEqual(first.event.data);
          expect(second.position).toBe(first.position);
          client.close();
        });

        test("WS-CONN-2 is in `global` and in its user's room", async () => {
          const client = await TestClient.connected(server.url, how);
          await announce(server, "global");
          await announce(server, "user:bob");
          await announce(server, "user:ada");
          const received = await client.take(2, "project.updated");
          expect(received.map(({ event }) => event.room)).toEqual(["global", "user:ada"]);
          client.close();
        });
      });
    }
  }

  test("WS-CONN-3 may be in both namespaces over one connection", async () => {
    const client = await RawClient.open(server.url);
    client.connect("/");
    client.connect("/ws");
    await client.next("40{");
    await client.next('42["connection_established"');
    await client.next("40/ws,{");
    await client.next('42/ws,["connection_established"');
    await announce(server, "global");
    await client.next('42["project.updated"');
    client.send('420["ping"]');
    await client.next('430[{"ok":true');
    expect(client.frames.filter((frame) => frame.startsWith('42/ws,["project.updated"'))).toHaveLength(1);
    await client.cut();
  });

  test("WS-CONN-4 enters over polling and goes on over websocket", async () => {
    const client = await TestClient.connected(server.url, {
      token: testToken("ada"),
      transports: ["polling", "websocket"],
    });
    if (client.socket.io.engine.transport.name !== "websocket") {
      await new Promise<void>((resolve) => client.socket.io.engine.once("upgrade", () => resolve()));
    }
    expect(await client.call("ping")).toMatchObject({ ok: true });
    client.close();
  });

  test("WS-CONN-5 is asked nothing before it is let in: events of an unentered namespace end the connection", async () => {
    const client = await RawClient.open(server.url);
    client.send('42/ws,0["ping"]');
    await client.closed;
    expect(client.frames).toHaveLength(1);
  });
});

describe.each([
  { parser: "json", options: {} },
  { parser: "msgpack", options: { parser: msgpackParser } },
] as const)("a namespace of code that extends a server with $parser", ({ parser, options }) => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ parser });
    server.realtime.io.of("/files").on("connection", (socket) => {
      socket.on("file", (_name: string, parts: Buffer[], answer: (size: number, first: Buffer) => void) => {
        answer(
          parts.reduce((size, part) => size + part.length, 0),
          parts[0] as Buffer,
        );
      });
    });
  });
  afterAll(() => server.close());

  test.each(["websocket", "polling"])("WS-SAFE-9 takes and gives binary data over %s", async (transport) => {
    const client = new TestClient(server.url, { namespace: "/files", transports: [transport], ...options });
    const parts = [Buffer.from("first"), Buffer.alloc(3_000, 7)];
    const [size, first] = (await new Promise<unknown>((resolve) => {
      client.socket.emit("file", "a.bin", parts, (...answer: unknown[]) => resolve(answer));
    })) as [number, Buffer];
    expect([size, Buffer.from(first).toString()]).toEqual([3_005, "first"]);
    client.close();
  });
});

describe("WS-SAFE-9 attachments", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
    server.realtime.io.of("/files");
  });
  afterAll(() => server.close());

  test.each([
    ["that nothing announced", ['42/files,["x"]', Buffer.from("stray")]],
    [
      "beyond those that were announced",
      ['451-/files,["x",{"_placeholder":true,"num":0}]', Buffer.alloc(1), Buffer.alloc(1)],
    ],
    ["more than Socket.IO takes", ['4511-/files,["x",{"_placeholder":true,"num":0}]']],
    [
      "of a namespace that was not entered",
      ['451-/elsewhere,["x",{"_placeholder":true,"num":0}]', Buffer.alloc(1)],
    ],
    ["of the product's own namespaces", ['451-/ws,["x",{"_placeholder":true,"num":0}]']],
    ["in a negative number", ['45-1-/files,["x"]']],
    ["in no number", ['45x-/files,["x"]']],
    [
      "of another packet than the one that announced them",
      ['451-/files,["x",{"_placeholder":true,"num":0}]', '42/files,["y"]'],
    ],
  ] as [string, (string | Buffer)[]][])("%s end the connection", async (_, frames) => {
    const client = await RawClient.connected(server.url, { token: testToken() });
    client.connect("/files", testToken());
    await client.next("40/files,{");
    for (const frame of frames) client.send(frame);
    await client.closed;
  });
});

const roomEvents = ["create-room", "join-room", "leave-room", "delete-room"] as const;
const extraRoom = "extra";

/** What extending code can see of one socket's way through rooms: events, and both maps by each of their methods. */
async function observe(server: Embedded, namespace: Namespace, path: string): Promise<unknown[]> {
  const { adapter } = namespace;
  const seen: unknown[] = [];
  const ids = new Map<string, string>();
  /** Ids are random. The rooms that the product itself puts its sockets in are left out. */
  const nameOf = (room: string) => ids.get(room) ?? (room === extraRoom ? room : undefined);
  const heard: [event: string, room: string, id?: string][] = [];
  for (const event of roomEvents)
    adapter.on(event, (...args: [room: string, id?: string]) => heard.push([event, ...args]));
  const known = (rooms: Iterable<string>) => [...rooms].map(nameOf).filter((name) => name !== undefined);
  const look = () => {
    const { rooms, sids } = adapter;
    const each: unknown[] = [];
    rooms.forEach((members, room, map) => {
      if (nameOf(room) !== undefined) each.push([nameOf(room), known(members), map === rooms]);
    });
    sids.forEach((joined, id) => {
      each.push([nameOf(id), known(joined)]);
    });
    seen.push({
      heard: heard
        .splice(0)
        .filter(([, room]) => nameOf(room) !== undefined)
        .map(([event, ...names]) => [event, ...names.map((name) => nameOf(name as string))]),
      each,
      keys: [known(rooms.keys()), known(sids.keys())],
      entries: [...sids.entries()].map(([id, joined]) => [nameOf(id), known(joined)]),
      iterated: [...rooms].filter(([room]) => nameOf(room) !== undefined).map(([, ids]) => known(ids)),
      values: [...sids.values()].map(known),
      hasSize: [rooms.size >= known(rooms.keys()).length, sids.size],
      has: [rooms.has(extraRoom), ...[...ids.keys()].map((id) => [rooms.has(id), sids.has(id)])],
    });
  };
  look();
  const connection = once(namespace, "connection");
  const client = new TestClient(server.url, { token: testToken(), namespace: path });
  const [socket] = (await connection) as [Socket];
  ids.set(socket.id, "own");
  look();
  await socket.join(socket.id);
  await socket.join([extraRoom, extraRoom]);
  look();
  namespace.to(socket.id).emit("to-own", 1);
  await socket.leave(socket.id);
  await socket.leave(socket.id);
  look();
  namespace.to(socket.id).emit("to-left", 1);
  namespace.to(extraRoom).emit("to-extra", 1);
  await client.next("to-extra");
  seen.push(client.received.map(({ name }) => name).filter((name) => name.startsWith("to-")));
  await socket.join(socket.id);
  await socket.leave(extraRoom);
  look();
  const left = once(socket, "disconnect");
  client.close();
  await left;
  look();
  for (const event of roomEvents) adapter.removeAllListeners(event);
  return seen;
}

describe("the adapter of the product's namespaces", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  test("shows code that extends the server what a namespace of stock sockets shows it", async () => {
    const { io } = server.realtime;
    const stock = await observe(server, io.of("/stock"), "/stock");
    expect(JSON.stringify(stock)).toContain(JSON.stringify(["create-room", "own"]));
    expect(JSON.stringify(stock)).toContain(JSON.stringify(["delete-room", extraRoom]));
    expect(await observe(server, io.of("/ws"), "/ws")).toEqual(stock);
  });
});
