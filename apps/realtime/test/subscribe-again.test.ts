import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

const room = "project:again";

describe("a client that subscribes at every connect", () => {
  let server: Embedded;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    server = await startEmbedded({ socket: { maxConnectionsPerUser: 50 } });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(() => server.close());

  async function connect(auth: Record<string, unknown> = {}): Promise<TestClient> {
    const client = await TestClient.connected(server.url, { auth: { token: testToken(), ...auth } });
    clients.push(client);
    return client;
  }

  const pidOf = ({ socket }: TestClient) => (socket as unknown as { _pid: string })._pid;

  const numbers = async (client: TestClient, count: number) =>
    (await client.take(count, "project.updated")).map(({ event }) => (event.data.changes as { n: number }).n);

  test.each([
    ["without a position", () => ({})],
    ["from where it is", (position: string) => ({ since: position })],
  ])("WS-SUB-3 misses nothing that was on its way when it subscribed again, %s", async (_how, options) => {
    const client = await connect();
    const filters = { status: "active" };
    const { position: offset } = await client.subscribe(room, { filters });
    for (const n of [1, 2, 3]) await announce(server, room, { n });
    const last = (await client.take(3, "project.updated")).at(-1)?.position as string;
    const again = await client.subscribe(room, { filters, ...options(last) });
    expect(again).toMatchObject({ room, replayed: 0, position: last.split("~")[0] });
    // As if the events had not reached it.
    const back = await connect({ pid: pidOf(client), offset });
    expect(await numbers(back, 3)).toEqual([1, 2, 3]);
    await announce(server, room, { n: 4 });
    expect(await numbers(back, 1)).toEqual([4]);
    expect(back.received.map(({ name }) => name)).not.toContain("room.reset");
  });

  test("WS-SUB-3 is given each event once, and can be given other filters", async () => {
    const client = await connect();
    for (const _ of [1, 2, 3]) await client.subscribe(room);
    await announce(server, room, { n: 1 });
    await client.subscribe(room, { filters: { status: "archived" } });
    await announce(server, room, { n: 2 });
    await client.subscribe(room);
    await announce(server, room, { n: 3 });
    expect(await numbers(client, 2)).toEqual([1, 3]);
  });

  test("WS-POS-12 comes back unrecovered, with what it missed, until it has subscribed once", async () => {
    const client = await connect();
    for (const n of [1, 2]) {
      client.breakConnection();
      await announce(server, "user:u1", { n });
      await client.reconnected();
      expect(client.socket.recovered).toBe(false);
      expect(await numbers(client, 1)).toEqual([n]);
      const established = await client.next("connection.established");
      expect(established.event.data).toMatchObject({ recovered: false, rooms: ["user:u1", "global"] });
    }
    await client.subscribe(room);
    client.breakConnection();
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
  });
});

describe("what was given through a subscription that has ended", () => {
  let server: Embedded;
  let client: TestClient;
  let since: string;
  beforeAll(async () => {
    server = await startEmbedded({ socket: { commandRate: 1_000 } });
  });
  beforeEach(async () => {
    client = await TestClient.connected(server.url, { token: testToken() });
    since = (await client.subscribe("agent:a")).position;
  });
  afterEach(() => client.close());
  afterAll(() => server.close());

  test("WS-SUB-6 does not come again with the past of another room", async () => {
    const both = await announce(server, ["agent:a", "project:p"], { n: 1 });
    expect((await client.next("project.updated")).event.id).toBe(both.id);
    await client.call("unsubscribe", { room: "agent:a" });
    const { id } = await announce(server, ["agent:a", "project:p"], { n: 2 });
    expect((await client.subscribe("project:p", { since })).replayed).toBe(1);
    expect((await client.next("project.updated")).event.id).toBe(id);
    expect(client.unread).not.toContain("project.updated");
  });

  test("WS-SUB-6 does not come again after the filter was replaced", async () => {
    await announce(server, ["agent:a", "project:p"], { n: 1 });
    await client.next("project.updated");
    await client.subscribe("agent:a", { filters: { updatedBy: "nobody" } });
    await announce(server, ["agent:a", "project:p"], { n: 2 });
    expect((await client.subscribe("project:p", { since })).replayed).toBe(1);
    expect((await client.next("project.updated")).event.data.changes).toEqual({ n: 2 });
    expect(client.unread).not.toContain("project.updated");
  });

  test("WS-SUB-6 does not come again however often the room was entered and left", async () => {
    for (let n = 0; n < 120; n++) {
      await announce(server, ["agent:a", "project:p"], { n });
      await client.call("unsubscribe", { room: "agent:a" });
      await client.subscribe("agent:a", { since });
    }
    await client.take(120, "project.updated");
    expect((await client.subscribe("project:p", { since })).replayed).toBe(0);
    expect(client.unread).not.toContain("project.updated");
  });
});
