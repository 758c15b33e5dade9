import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RoomAccess } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

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
