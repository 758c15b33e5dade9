import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { HistoryPage, RoomName } from "@roomcast/events";
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

describe("history", () => {
  let server: Embedded;
  let client: TestClient;
  beforeAll(async () => {
    server = await startEmbedded();
    client = await TestClient.connected(server.url, { token: testToken("ada") });
    for (let n = 1; n <= 5; n++) await announce(server, "project:h", { n });
  });
  afterAll(async () => {
    client.close();
    await server.close();
  });

  test("WS-HIST-1 WS-HIST-2 without `since` is a room's newest events, oldest first", async () => {
    const all = await page({ room: "project:h" });
    expect(numbers(all)).toEqual([1, 2, 3, 4, 5]);
    expect(await page({ room: "project:h", limit: null, since: null })).toEqual(all);
    expect(all).toMatchObject({ more: false, complete: true, position: all.events.at(-1)?.position });
    const two = await page({ room: "project:h", limit: 2 });
    expect(numbers(two)).toEqual([4, 5]);
    expect(two).toMatchObject({ more: false, complete: false });
  });

  test("WS-HIST-3 is read on with the position of the page before", async () => {
    const first = (await page({ room: "project:h" })).events[0]?.position as string;
    const second = await page({ room: "project:h", since: first, limit: 2 });
    expect([numbers(second), second.more, second.complete]).toEqual([[2, 3], true, true]);
    const third = await page({ room: "project:h", since: second.position, limit: 2 });
    expect([numbers(third), third.more]).toEqual([[4, 5], false]);
    const none = await page({ room: "project:h", since: third.position });
    expect([none.events, none.more, none.position]).toEqual([[], false, third.position]);
  });

  test("WS-HIST-4 of a `since` that the log cannot place is empty and not complete", async () => {
    expect(await page({ room: "project:h", since: "nosuch.3" })).toMatchObject({
      events: [],
      complete: false,
    });
  });

  test("WS-HIST-6 is a page of at most about 1 MB, and is read on like any other", async () => {
    const text = "x".repeat(60_000);
    for (let n = 1; n <= 40; n++) await announce(server, "project:big", { n, text });
    const newest = await page({ room: "project:big", limit: 1_000 });
    expect(JSON.stringify(newest).length).toBeLessThan(1_200_000);
    expect(numbers(newest).at(-1)).toBe(40);
    expect(newest).toMatchObject({ more: false, complete: false });
    const read: unknown[] = [];
    let since = before(newest);
    for (;;) {
      const next = await page({ room: "project:big", since, limit: 1_000 });
      read.push(...numbers(next));
      expect(JSON.stringify(next).length).toBeLessThan(1_200_000);
      if (!next.more) break;
      since = next.position;
    }
    expect(read).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  test("WS-HIST-7 is open only to users who may enter the room", async () => {
    for (const room of ["user:bob", "nosuch", "channel:x y"]) {
      expect(await client.call("history", { room })).toMatchObject({ ok: false });
    }
  });

  test.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { limit: "5" }, { since: 4 }, { until: "x" }])(
    "WS-CMD-4 with %j is invalid_command",
    async (wrong) => {
      const answer = await client.call("history", { room: "project:h", ...wrong });
      expect(answer).toMatchObject({ ok: false, error: { code: "invalid_command" } });
    },
  );

  /** A position before everything of a page: the log of this test begins at offset 1. */
  function before({ position }: HistoryPage): string {
    return `${position.split(".")[0]}.0`;
  }

  async function page(input: {
    room: RoomName;
    since?: string | null;
    limit?: number | null;
  }): Promise<HistoryPage> {
    const answer = await client.call<HistoryPage>("history", input);
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.data;
  }

  function numbers({ events }: HistoryPage): unknown[] {
    return events.map(({ event }) => event.type === "project.updated" && event.data.changes.n);
  }
});
