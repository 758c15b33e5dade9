import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createRoomAccess, createTokenVerifier, type RoomAccess, type TokenVerifier } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import { TestClient, testSecret, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

const secretCause = "the cause, which stays here";

describe("when the server itself is at fault", () => {
  let server: Embedded;
  let verify: TokenVerifier["verify"];
  let mayEnter: RoomAccess["mayEnter"];
  const verifier = createTokenVerifier({ secret: testSecret });
  const access = createRoomAccess();
  beforeAll(async () => {
    server = await startEmbedded({
      socket: { openTimeoutMs: 2_000 },
      verifier: { verify: (token) => verify(token) },
      access: {
        mayEnter: (principal, room) => mayEnter(principal, room),
        invalidate: (userId) => access.invalidate(userId),
      },
    });
  });
  beforeEach(() => {
    verify = (token) => verifier.verify(token);
    mayEnter = (principal, room) => access.mayEnter(principal, room);
    server.logLines.length = 0;
  });
  afterAll(() => server.close());

  const thrown: [string, () => never][] = [
    ["a bug", () => fail(new Error(secretCause))],
    ["something that is no Error", () => fail(secretCause)],
    ["undefined", () => fail(undefined)],
  ];

  describe("while a token is checked", () => {
    test.each([
      ...thrown,
      ["keys that cannot be fetched", () => fail(new ProtocolError("unavailable", "no keys"))] as const,
    ])("WS-AUTH-11 a stock client is not refused and comes back by itself: %s", async (_, fault) => {
      const errors: Error[] = [];
      verify = fault;
      const client = new TestClient(server.url, { token: testToken() });
      client.socket.on("connect_error", (error) => errors.push(error));
      await new Promise((resolve) => client.socket.io.once("reconnect_attempt", resolve));
      verify = (token) => verifier.verify(token);
      await client.next("connection.established");
      expect(errors.filter((error) => "data" in error)).toEqual([]);
      client.close();
    });

    test("WS-LIMIT-15 a check that never ends is not waited for", async () => {
      verify = () => new Promise(() => undefined);
      const client = await RawClient.open(server.url);
      client.connect();
      await client.closed;
      expect(server.realtime.io.engine.clientsCount).toBe(0);
    });
  });

  describe("while a command is run", () => {
    test.each(thrown)("WS-ERR-2 the client is told `internal` and nothing else: %s", async (_, fault) => {
      const client = await TestClient.connected(server.url, { token: testToken("ada") });
      const internal = { code: "internal", message: "internal error", retryable: false };
      for (const broken of [fault, async () => fault()]) {
        mayEnter = broken;
        expect(await client.call("subscribe", { room: "project:1" })).toEqual({ ok: false, error: internal });
        expect(await client.call("history", { room: "project:1" })).toEqual({ ok: false, error: internal });
        client.socket.emit("subscribe", { room: "project:1" });
        expect((await client.next("connection.error")).event.data).toEqual(internal);
      }
      expect(JSON.stringify(client.received)).not.toContain(secretCause);
      mayEnter = (principal, room) => access.mayEnter(principal, room);
      expect(await client.call("subscribe", { room: "project:1" })).toMatchObject({ ok: true });
      client.close();
    });

    test("WS-ERR-2 the cause stands in the log", async () => {
      const client = await TestClient.connected(server.url, { token: testToken("ada") });
      // One of its own: what has been logged in this minute is left out.
      const cause = `${secretCause}, once more`;
      mayEnter = () => fail(new Error(cause));
      await client.call("history", { room: "project:1" });
      const lines = server.logLines.map((text) => JSON.parse(text));
      const line = lines.find(({ level, err }) => level === "error" && err.message === cause);
      expect(line).toMatchObject({ userId: "ada", command: "history", code: "internal" });
      client.close();
    });

    test("WS-ERR-2 so does the cause of what fails in one room of several, which are answered all the same", async () => {
      const client = await TestClient.connected(server.url, { token: testToken("ada") });
      const cause = `${secretCause}, in one room`;
      mayEnter = (_, { id }) => id !== "2" || fail(new Error(cause));
      const answer = await client.call("subscribe", [{ room: "project:1" }, { room: "project:2" }]);
      expect(answer).toMatchObject({ data: [{ ok: true }, { error: { code: "internal" } }] });
      const lines = server.logLines.map((text) => JSON.parse(text));
      const line = lines.find(({ level, err }) => level === "error" && err.message === cause);
      expect(line).toMatchObject({ userId: "ada", command: "subscribe", code: "internal" });
      client.close();
    });
  });
});

function fail(reason: unknown): never {
  throw reason;
}
