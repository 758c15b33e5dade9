import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

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
