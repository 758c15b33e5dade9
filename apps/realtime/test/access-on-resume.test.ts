import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RoomAccess } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import type { WebSocket } from "ws";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

type MayEnter = RoomAccess["mayEnter"];

const unknown: MayEnter = async () => {
  throw new ProtocolError("unavailable", "nobody answers");
};
const yes: MayEnter = () => true;
const no: MayEnter = (_principal, { name }) => name !== "project:1";

describe("when access is decided outside of the token", () => {
  let server: Embedded;
  /** The answers about `project:1`, one for each check; the last one stays. */
  let answers: MayEnter[];
  let asked: number;
  beforeAll(async () => {
    server = await startEmbedded({
      access: {
        mayEnter: (principal, room) => {
          if (room.name !== "project:1") return true;
          asked++;
          return (answers.length > 1 ? answers.shift() : answers[0])?.(principal, room) ?? false;
        },
        invalidate: () => undefined,
      },
    });
  });
  beforeEach(() => {
    answers = [yes];
    asked = 0;
  });
  afterAll(() => server.close());

  describe("and a session is resumed", () => {
    test.each<[string, () => MayEnter[]]>([
      ["first", () => [no]],
      ["second", () => [yes, no]],
    ])("WS-POS-6 a no at the %s check is told, and the stored session forgets the room", async (_, given) => {
      const client = await follower("ada");
      answers = given();
      await comeBack(client);
      const reset = await client.next("room.reset");
      expect(reset.event.data).toMatchObject({ room: "project:1", reason: "access" });
      expect(await rooms(client)).not.toContain("project:1");
      answers = [yes];
      await announce(server, "project:1");
      client.breakConnection();
      expect(await rooms(client)).toEqual(expect.arrayContaining(["project:2"]));
      await announce(server, "project:2");
      expect((await client.next("project.updated")).event.room).toBe("project:2");
      expect(client.unread).not.toContain("room.reset");
      client.close();
    });

    test.each<[string, () => MayEnter[]]>([
      ["first", () => [unknown, unknown, yes]],
      ["second", () => [yes, unknown, yes, unknown, yes]],
    ])(
      "WS-ROOM-5 no answer at the %s check forgets nothing: the client tries again until there is one",
      async (_, given) => {
        const client = await follower("bob");
        answers = given();
        await comeBack(client);
        await announce(server, "project:1");
        expect((await client.next("project.updated")).event.room).toBe("project:1");
        expect(await rooms(client)).toContain("project:1");
        expect(client.unread).not.toContain("room.reset");
        expect(asked).toBeGreaterThan(3);
        client.close();
      },
    );
  });

  describe("and the connection breaks before the client has read that it may not be in a room", () => {
    test.each<[string, string, () => MayEnter[]]>([
      ["first", "zoe", () => [no]],
      ["second", "zac", () => [yes, no]],
    ])("WS-RESET-6 a no at the %s check of a resume is told at the next one", async (_, user, given) => {
      const client = await away(user);
      answers = given();
      await resumeInVain(client, user);
      await expectToldOnce(client);
    });

    test("WS-RESET-6 it is told at each resume until one is heard of", async () => {
      const client = await away("pia");
      answers = [no];
      await resumeInVain(client, "pia");
      answers = [yes];
      await resumeInVain(client, "pia");
      await expectToldOnce(client);
    });

    test("WS-RESET-6 a room that is closed while it is followed is told at the next resume", async () => {
      const client = await follower("lea");
      const { engine } = client.socket.io;
      const { ws } = engine.transport as unknown as { ws: WebSocket };
      ws.pause();
      answers = [yes, no];
      client.socket.emit("subscribe", { room: "project:1", filters: { projectId: "1" } });
      await waitUntil("the room is closed", () => isClosed(client));
      client.breakConnection();
      ws.terminate();
      await expectToldOnce(client);
    });

    test("WS-RESET-6 a room that is followed again is no longer told of", async () => {
      const client = await away("kim");
      answers = [no];
      await resumeInVain(client, "kim");
      client.socket.connect();
      expect((await client.next("room.reset")).event.data).toMatchObject({ reason: "access" });
      answers = [yes];
      expect(await rooms(client)).not.toContain("project:1");
      await client.subscribe("project:1");
      client.breakConnection();
      expect(await rooms(client)).toContain("project:1");
      expect(client.unread).not.toContain("room.reset");
      client.close();
    });
  });

  describe("and a room is subscribed to", () => {
    test.each<[string, () => MayEnter[]]>([
      ["first", () => [unknown, yes]],
      ["second", () => [yes, unknown, yes]],
    ])("WS-ROOM-5 no answer at the %s check is `unavailable` and changes nothing", async (_, given) => {
      const client = await connect("eve");
      answers = given();
      expect(await client.call("subscribe", { room: "project:1" })).toMatchObject({
        error: { code: "unavailable", retryable: true },
      });
      await announce(server, "project:1");
      expect(await client.call("subscribe", { room: "project:1" })).toMatchObject({ ok: true });
      await announce(server, "project:2");
      await announce(server, "project:1", { last: true });
      expect((await client.next("project.updated")).event.data.changes).toEqual({ last: true });
      client.close();
    });

    test("WS-SUB-8 a no at the second check is `forbidden`", async () => {
      const client = await connect("ina");
      answers = [yes, no];
      expect(await client.call("subscribe", { room: "project:1" })).toMatchObject({
        error: { code: "forbidden", retryable: false },
      });
      expect(client.unread).not.toContain("room.reset");
      client.close();
    });

    test("WS-SUB-8 it is followed already: a no at the second check is also told as a reset", async () => {
      const client = await follower("ola");
      answers = [yes, no];
      const again = { room: "project:1", filters: { projectId: "1" } };
      expect(await client.call("subscribe", again)).toMatchObject({ error: { code: "forbidden" } });
      expect((await client.next("room.reset")).event.data).toMatchObject({
        room: "project:1",
        reason: "access",
      });
      answers = [yes];
      client.breakConnection();
      expect(await rooms(client)).not.toContain("project:1");
      client.close();
    });
  });

  describe("and a page of history is asked for", () => {
    test.each([1, 2])(
      "WS-SUB-8 a no at check %d is `forbidden`, no answer is `unavailable`",
      async (check) => {
        const client = await connect("uma");
        for (const [answer, code] of [
          [no, "forbidden"],
          [unknown, "unavailable"],
        ] as const) {
          answers = check === 1 ? [answer] : [yes, answer];
          expect(await client.call("history", { room: "project:1" })).toMatchObject({ error: { code } });
        }
        client.close();
      },
    );
  });

  function connect(user: string): Promise<TestClient> {
    return TestClient.connected(server.url, { token: testToken(user) });
  }

  async function follower(user: string): Promise<TestClient> {
    const client = await connect(user);
    for (const room of ["project:1", "project:2"]) await client.subscribe(room);
    return client;
  }

  /** A follower of both rooms whose connection is broken. */
  async function away(user: string): Promise<TestClient> {
    const client = await follower(user);
    client.socket.disconnect();
    return client;
  }

  /** Its session is resumed, and the connection breaks again before it has read anything. */
  async function resumeInVain(client: TestClient, user: string): Promise<void> {
    const { pid, offset } = resumable(client);
    const raw = await RawClient.open(server.url);
    raw.send(`40/ws,${JSON.stringify({ token: testToken(user), pid, offset })}`);
    await raw.next('42/ws,["room.reset"');
    await raw.cut();
    await waitUntil("the room is closed", () => isClosed(client));
  }

  /** It is told when it comes back, and not again after that. */
  async function expectToldOnce(client: TestClient): Promise<void> {
    client.socket.connect();
    const reset = await client.next("room.reset");
    expect(reset.event.data).toMatchObject({ room: "project:1", reason: "access" });
    expect(await rooms(client)).not.toContain("project:1");
    answers = [yes];
    client.breakConnection();
    expect(await rooms(client)).toEqual(expect.arrayContaining(["project:2"]));
    expect(client.unread).not.toContain("room.reset");
    expect(await isClosed(client)).toBe(false);
    client.close();
  }

  /** Whether the client's stored session has the room as closed. */
  async function isClosed(client: TestClient): Promise<boolean> {
    const stored = await server.sessions.load(resumable(client).pid);
    return stored?.subscriptions.some(({ room, isClosed }) => room === "project:1" && isClosed) ?? false;
  }

  /** What a stock client brings back. */
  function resumable({ socket }: TestClient): { pid: string; offset: string } {
    const { _pid: pid, _lastOffset: offset } = socket as unknown as Record<string, string>;
    return { pid: pid as string, offset: offset as string };
  }

  async function comeBack(client: TestClient): Promise<void> {
    client.breakConnection();
    await waitUntil("it has gone", () => !client.socket.connected);
  }

  /** The rooms that a client is told of when it has come back. */
  async function rooms(client: TestClient): Promise<unknown> {
    const { event } = await client.next("connection.established");
    expect(event.data).toMatchObject({ recovered: true });
    return event.data.rooms;
  }
});
