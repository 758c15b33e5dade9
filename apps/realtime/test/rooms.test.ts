import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

describe("a client that asks for a room", () => {
  let server: Embedded;
  let client: TestClient;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  beforeEach(async () => {
    const token = testToken("ada", { rooms: ["project:1", "agent:*", "user:*"] });
    client = await TestClient.connected(server.url, { token });
    await client.next("connection_established");
  });
  afterEach(() => client.close());
  afterAll(() => server.close());

  const malformed = [
    "",
    " ",
    "project",
    "project:",
    ":1",
    "project:1:2",
    "project:*",
    "*",
    "project:1 ",
    "project:1\r\nuser:bob",
    "project:1\u0000",
    "project:{1}",
    "project:1?status",
    "room:project:1",
    "Project:1",
    "рroject:1",
    "project:１",
    "global:1",
    "GLOBAL",
    "tenant:1",
    "__proto__",
    `project:${"a".repeat(65)}`,
  ];
  test.each(malformed)("SEC-21 WS-ROOM-1 is told invalid_room for %j", async (room) => {
    for (const command of ["subscribe", "unsubscribe", "history"]) {
      expect(await codeOf(command, { room })).toBe("invalid_room");
    }
  });

  test("SEC-18 WS-ROOM-2 is denied a foreign room in the same words as one that does not exist", async () => {
    await announce(server, "project:2");
    const foreign = await client.call("subscribe", { room: "project:2" });
    expect(foreign).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await client.call("subscribe", { room: "project:nowhere" })).toEqual(foreign);
    expect(await client.call("history", { room: "project:2" })).toEqual(foreign);
    expect(await client.call("history", { room: "project:nowhere" })).toEqual(foreign);
    expect(await client.call("subscribe", { room: "project:2", since: "x.1" })).toEqual(foreign);
  });

  test("SEC-19 WS-ROOM-3 is denied another user's room, whatever its token grants", async () => {
    expect(await codeOf("subscribe", { room: "user:bob" })).toBe("forbidden");
    expect(await codeOf("history", { room: "user:bob" })).toBe("forbidden");
    await announce(server, "user:bob");
    await announce(server, "user:ada");
    expect((await client.next("project.updated")).event.room).toBe("user:ada");
  });

  test("WS-ROOM-3 is let into another user's room with the scope `admin`", async () => {
    const admin = await TestClient.connected(server.url, { token: testToken("root", { scope: "admin" }) });
    await admin.subscribe("user:bob");
    await announce(server, "user:bob");
    expect((await admin.next("project.updated")).event.room).toBe("user:bob");
    admin.close();
  });

  test("WS-ROOM-4 is let in by the room's name or by its kind", async () => {
    expect(await codeOf("subscribe", { room: "project:1" })).toBe("ok");
    expect(await codeOf("subscribe", { room: "agent:anyone" })).toBe("ok");
    expect(await codeOf("subscribe", { room: "project:11" })).toBe("forbidden");
  });

  test("SEC-20 WS-ROOM-8 cannot enter another socket by its id, and gets nothing that is sent to it", async () => {
    const other = await TestClient.connected(server.url, { token: testToken("bob") });
    const { id } = other.socket;
    for (const room of [id, `room:${id}`, `channel:${id}`, `agent:${id}`]) {
      await client.call("subscribe", { room });
    }
    await other.call("nosuch");
    other.socket.emit("nosuch");
    await other.next("connection.error");
    server.realtime.io
      .of("/ws")
      .to(id as string)
      .emit("private", {});
    await other.next("private");
    await announce(server, "user:ada");
    expect((await client.next()).name).toBe("project.updated");
    other.close();
  });

  test("WS-ROOM-6 is given an event of two of its rooms once", async () => {
    await client.subscribe("project:1");
    await client.subscribe("agent:1");
    await announce(server, ["project:1", "agent:1", "global"], { n: 1 });
    await announce(server, "global", { n: 2 });
    const events = await client.take(2, "project.updated");
    expect(events.map(({ event }) => event.data.changes)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  async function codeOf(command: string, input: unknown): Promise<string> {
    const answer = await client.call(command, input);
    return answer.ok ? "ok" : answer.error.code;
  }
});
