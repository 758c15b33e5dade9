import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Random, SwarmClient, waitUntil } from "@roomcast/testkit";
import { StubServer } from "./support/stub-server.ts";

describe("a client of the swarm", () => {
  let server: StubServer;
  const clients: SwarmClient[] = [];

  beforeEach(async () => {
    server = await StubServer.start();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close();
  });

  async function connected(transport?: "websocket" | "polling"): Promise<SwarmClient> {
    const client = new SwarmClient({
      name: `c${clients.length}`,
      token: "token",
      url: () => server.url,
      random: new Random(1),
      filterFor: () => ({}),
      ...(transport === undefined ? {} : { transport }),
    });
    clients.push(client);
    client.connect();
    await client.follow([{ room: "r" }]);
    return client;
  }

  const kindsOf = ({ ops }: SwarmClient) => ops.map(({ kind }) => kind);
  const gaveUp = (client: SwarmClient) => waitUntil("it gives up", () => client.hasGivenUp);

  test("comes back when its transport breaks", async () => {
    const client = await connected("websocket");
    server.sockets[0]?.conn.close();
    await waitUntil("it is back", () => server.sockets.length === 2 && client.isSettled);
    expect(client.hasGivenUp).toBe(false);
  });

  test("gives up when the server sends it away, and says with which code", async () => {
    const client = await connected("websocket");
    server.sockets[0]?.emit("connection.error", { data: { code: "revoked" } });
    server.sockets[0]?.disconnect();
    await gaveUp(client);
    expect(client.ops.at(-1)).toMatchObject({ kind: "gaveUp", code: "revoked" });
    expect(client.isSettled).toBe(true);
  });

  test("gives up when it comes back and is refused, and then wants no room", async () => {
    const client = await connected("websocket");
    server.refusal = "too_many_connections";
    server.sockets[0]?.conn.close();
    await gaveUp(client);
    expect(client.ops.at(-1)).toMatchObject({ kind: "gaveUp", code: "too_many_connections" });
    expect(client.rooms).toEqual([]);
    await client.follow([{ room: "q" }]);
  });

  test("does not give up when the test ends it, nor when its page is loaded anew", async () => {
    const client = await connected("websocket");
    client.reload();
    await waitUntil("it is back", () => server.sockets.length === 2 && client.isSettled);
    expect(client.rooms).toEqual(["r"]);
    client.close();
    expect(kindsOf(client)).not.toContain("gaveUp");
  });

  test("begins with polling and upgrades, as a stock client does", async () => {
    const client = await connected();
    const transportOf = () => client.socket.io.engine.transport.name;
    await waitUntil("it has upgraded", () => transportOf() === "websocket");
    expect(server.sockets).toHaveLength(1);
    expect(kindsOf(client)).not.toContain("disconnected");
  });

  test("asks again for a room that is refused for now, and not for one that is refused for good", async () => {
    server.refusedRooms.set("q", "unavailable").set("p", "forbidden");
    const client = await connected("websocket");
    const following = client.follow([{ room: "q" }, { room: "p" }]);
    await waitUntil(
      "both are refused",
      () => client.ops.filter(({ kind }) => kind === "refused").length >= 2,
    );
    server.refusedRooms.clear();
    await following;
    expect(client.rooms).toEqual(["r", "q"]);
    expect(client.ops.find((op) => op.kind === "refused" && op.isFinal)).toMatchObject({ code: "forbidden" });
  });

  test("leaves a room that is taken from it, and notes positions without an event", async () => {
    const client = await connected("websocket");
    const [socket] = server.sockets;
    socket?.emit("position.advanced", { data: {} }, "a.2");
    socket?.emit("room.reset", { data: { room: "r", reason: "access", position: "a.2" } });
    await waitUntil("it has left", () => client.rooms.length === 0);
    expect(client.ops).toContainEqual({ kind: "advanced", position: "a.2" });
  });
});
