import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("a command", () => {
  let server: Embedded;
  let client: TestClient;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  beforeEach(async () => {
    client = await TestClient.connected(server.url, { token: testToken("ada") });
    await client.next("connection_established");
  });
  afterEach(() => client.close());
  afterAll(() => server.close());

  describe("with a callback", () => {
    test("WS-CMD-1 is answered with its data", async () => {
      const answer = await client.call("subscribe", { room: "project:1" });
      const position = expect.stringMatching(/^\w+\.\d+$/);
      expect(answer).toEqual({ ok: true, data: { room: "project:1", position, replayed: 0 } });
    });

    test("WS-CMD-1 is answered with its error, and no event tells it again", async () => {
      const answer = await client.call("unsubscribe", { room: "project:none" });
      const message = expect.any(String);
      expect(answer).toEqual({ ok: false, error: { code: "not_subscribed", message, retryable: false } });
      await announce(server, "user:ada");
      expect((await client.next()).name).toBe("project.updated");
    });
  });

  describe("without a callback", () => {
    test("WS-CMD-2 that succeeds is answered by nothing", async () => {
      client.socket.emit("subscribe", { room: "project:silent" });
      expect(await client.call("unsubscribe", { room: "project:silent" })).toMatchObject({ ok: true });
      expect(client.unread).toEqual([]);
    });

    test("WS-CMD-2 that fails is answered by connection.error", async () => {
      client.socket.emit("subscribe", { room: "user:bob" });
      const { event, position } = await client.next();
      expect(event).toMatchObject({ type: "connection.error", room: "user:ada" });
      expect(event.data).toEqual({ code: "forbidden", message: expect.any(String), retryable: false });
      expect(position).toBeUndefined();
    });
  });

  test("WS-CMD-3 of an unknown name is unknown_command", async () => {
    for (const name of ["nosuch", "", "__proto__", "constructor", "toString", "Subscribe", "message"]) {
      expect(await client.call(name, { room: "project:1" })).toMatchObject({
        ok: false,
        error: { code: "unknown_command" },
      });
    }
  });

  test("WS-CMD-5 ping answers the server's time, with any payload or none", async () => {
    for (const payload of [undefined, null, 1, "x", { sentAt: 1 }, []]) {
      const answer = await client.call<{ serverTime: string }>("ping", payload);
      const { serverTime } = answer.ok ? answer.data : { serverTime: "" };
      expect(Math.abs(Date.parse(serverTime) - Date.now())).toBeLessThan(5_000);
    }
  });

  test("WS-CMD-6 takes effect in the order of sending", async () => {
    const room = "project:order";
    const answers = await Promise.all([
      client.call("subscribe", { room }),
      client.call("unsubscribe", { room }),
      client.call("unsubscribe", { room }),
      client.call("subscribe", { room }),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    await announce(server, room);
    await client.next("project.updated");
  });

  describe("subscribe with several rooms", () => {
    test("WS-SUB-2 answers each by itself, in order", async () => {
      const names = ["project:a", "user:bob", "nosuch:1", "global", "project:a"];
      const answer = await client.call<{ ok: boolean; error?: { code: string } }[]>(
        "subscribe",
        names.map((room) => ({ room })),
      );
      expect(answer.ok && answer.data.map(({ ok, error }) => error?.code ?? ok)).toEqual([
        true,
        "forbidden",
        "invalid_room",
        true,
        true,
      ]);
      await announce(server, "project:a");
      await client.next("project.updated");
      expect(client.unread).toEqual([]);
    });

    test("WS-SUB-2 fails as a whole, and changes nothing, when an entry is malformed", async () => {
      const answer = await client.call("subscribe", [{ room: "project:b" }, { rom: "project:c" }]);
      expect(answer).toMatchObject({ ok: false, error: { code: "invalid_command" } });
      expect(await client.call("unsubscribe", { room: "project:b" })).toMatchObject({
        error: { code: "not_subscribed" },
      });
    });

    test("WS-SUB-10 takes 1 to 100 rooms", async () => {
      const joinRequests = (count: number) => Array.from({ length: count }, () => ({ room: "project:many" }));
      expect(await client.call("subscribe", joinRequests(100))).toMatchObject({ ok: true });
      for (const count of [0, 101]) {
        expect(await client.call("subscribe", joinRequests(count))).toMatchObject({
          ok: false,
          error: { code: "invalid_command" },
        });
      }
    });
  });

  test("WS-SUB-4 after unsubscribe was answered nothing of the room follows", async () => {
    await client.subscribe("project:left");
    await announce(server, "project:left", { n: 1 });
    await client.next("project.updated");
    expect(await client.call("unsubscribe", { room: "project:left" })).toEqual({
      ok: true,
      data: { room: "project:left" },
    });
    await announce(server, "project:left", { n: 2 });
    await announce(server, "user:ada", { n: 3 });
    expect((await client.next("project.updated")).event.room).toBe("user:ada");
  });
});

describe("what a client emits", () => {
  let server: Embedded;
  let witness: TestClient;
  beforeAll(async () => {
    server = await startEmbedded();
    witness = await TestClient.connected(server.url, { token: testToken() });
    await witness.subscribe("project:1");
    await witness.next("connection_established");
  });
  afterAll(async () => {
    witness.close();
    await server.close();
  });

  const names = ["error", "project.updated", "connection.established", "room.reset", "message", "5", ""];
  test.each(names)("SEC-25 WS-SAFE-11 is passed on to nobody: %j", async (name) => {
    const client = await TestClient.connected(server.url, { token: testToken() });
    await client.subscribe("project:1");
    const event = { room: "project:1", data: { fake: true } };
    expect(await client.call(name, event)).toMatchObject({ error: { code: "unknown_command" } });
    client.socket.emit(name, event, "x.1");
    await client.next("connection.error");
    client.close();
    await nothingCame();
  });

  test.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "SEC-25 WS-SAFE-9 ends the connection if the name is reserved: %s",
    async (name) => {
      const client = await RawClient.connected(server.url);
      client.send(`42/ws,["${name}",{}]`);
      await client.closed;
      await nothingCame();
    },
  );

  test("WS-SAFE-11 is unknown_command if the name is a number", async () => {
    const client = await RawClient.connected(server.url);
    client.send("42/ws,1[5,{}]");
    expect(await client.next("43/ws,1[")).toContain("unknown_command");
    await client.cut();
    await nothingCame();
  });

  /** An entry that the relay passed on would arrive before this event. */
  async function nothingCame(): Promise<void> {
    const { id } = await announce(server, "project:1");
    expect((await witness.next()).event.id).toBe(id);
    expect(witness.unread).toEqual([]);
  }
});
