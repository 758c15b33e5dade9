import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createTokenVerifier, type TokenVerifier } from "@roomcast/auth";
import { TestClient, testSecret, testToken, waitUntil } from "@roomcast/testkit";
import { SlotChanges } from "../src/sessions/slot-changes.ts";
import { announce } from "./support/announce.ts";
import { refusal } from "./support/connect-error.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("with 2 connections allowed to a user, and the oldest ended", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ socket: { maxConnectionsPerUser: 2, pingIntervalMs: 3_000 } });
  });
  afterAll(() => server.close());

  test("WS-LIMIT-16 a third ends the first, which is told why and stays away", async () => {
    const [first, second] = [await connect("ada"), await connect("ada")];
    const disconnected = new Promise((resolve) => first.socket.once("disconnect", resolve));
    const third = await connect("ada");
    const { event } = await first.next("connection.error");
    expect(event.data).toEqual({
      code: "too_many_connections",
      message: expect.any(String),
      retryable: false,
    });
    expect(await disconnected).toBe("io server disconnect");
    expect(first.socket.active).toBe(false);
    await announce(server, "user:ada");
    for (const client of [second, third]) await client.next("project.updated");
    expect(first.unread).not.toContain("project.updated");
    for (const client of [first, second, third]) client.close();
  });

  test("WS-LIMIT-16 tabs do not chase each other: of six, the last two stay", async () => {
    const tabs: TestClient[] = [];
    for (let n = 0; n < 6; n++) tabs.push(await connect("eve"));
    await Promise.all(tabs.slice(0, 4).map((tab) => tab.next("connection.error")));
    await waitUntil("four are away", () => tabs.slice(0, 4).every(({ socket }) => !socket.connected));
    expect(tabs.map(({ socket }) => socket.active)).toEqual([false, false, false, false, true, true]);
    expect(server.realtime.sessions.ofUser("eve")).toHaveLength(2);
    for (const tab of tabs) tab.close();
  });

  test("WS-LIMIT-16 nor do tabs that connect again when the server has ended them", async () => {
    const refused: Promise<unknown>[] = [];
    const tabs: TestClient[] = [];
    for (let n = 0; n < 6; n++) {
      const tab = await connect("ola");
      refused.push(new Promise((resolve) => tab.socket.once("connect_error", resolve)));
      tab.socket.on("disconnect", (reason) => {
        if (reason === "io server disconnect") tab.socket.connect();
      });
      tabs.push(tab);
    }
    for (const error of await Promise.all(refused.slice(0, 4)))
      expect(error).toMatchObject({ data: { code: "too_many_connections", retryable: false } });
    expect(tabs.map(({ socket }) => socket.active)).toEqual([false, false, false, false, true, true]);
    for (const tab of tabs) tab.close();
  });

  test("WS-LIMIT-16 the server notices which connection leaves pings unanswered and which sends commands", async () => {
    const client = await connect("bob");
    const silent = await RawClient.connected(server.url, { token: testToken("bob") });
    const sessions = () => server.realtime.sessions.ofUser("bob");
    await client.call("ping");
    await waitUntil("only the one is silent", () => {
      const unanswered = sessions().map(({ isUnanswered }) => isUnanswered);
      return unanswered[0] === false && unanswered[1] === true;
    });
    const changes = new SlotChanges();
    const nowMs = performance.now() + 60_000;
    const [active] = changes.look(sessions(), nowMs);
    expect(active).toMatchObject({ id: sessions()[0]?.id, isSilent: false, idleMs: expect.any(Number) });
    changes.reported();
    changes.look(sessions(), nowMs + 1);
    const [noticed] = changes.look(sessions(), nowMs + 1);
    expect(noticed).toMatchObject({ id: sessions()[1]?.id, isSilent: true, idleMs: undefined });
    changes.reported();
    expect(changes.look(sessions(), nowMs + 2)).toEqual([]);
    changes.reported();
    silent.send("3");
    await waitUntil("it has answered", () => sessions()[1]?.isUnanswered === false);
    const [answered] = changes.look(sessions(), nowMs + 3);
    expect(answered).toMatchObject({ id: sessions()[1]?.id, isSilent: false });
    await silent.cut();
    client.close();
  });

  test("WS-LIMIT-16 another namespace's session over the same transport goes on", async () => {
    const first = await connect("ina");
    const other = first.socket.io.socket("/", { auth: { token: testToken("ina") } });
    await new Promise((resolve) => other.once("connect", () => resolve(undefined)));
    const third = await connect("ina");
    await first.next("connection.error");
    await waitUntil("it has gone", () => !first.socket.connected);
    await other.emitWithAck("ping");
    expect(other.connected).toBe(true);
    other.disconnect();
    third.close();
  });

  function connect(user: string): Promise<TestClient> {
    return TestClient.connected(server.url, { token: testToken(user) });
  }
});

describe("with 2 connections allowed to a user, and the newest refused", () => {
  let server: Embedded;
  let verify: TokenVerifier["verify"];
  beforeAll(async () => {
    const verifier = createTokenVerifier({ secret: testSecret });
    verify = (token) => verifier.verify(token);
    server = await startEmbedded({
      socket: { maxConnectionsPerUser: 2, connectionPolicy: "refuse-newest" },
      verifier: { verify: (token) => verify(token) },
    });
  });
  afterEach(() => waitUntil("all have left", hasNone));
  afterAll(() => server.close());

  test("WS-LIMIT-4 a third is refused, another user's is not, and one that ends makes room", async () => {
    const clients = await Promise.all(["/", "/ws"].map((namespace) => connect({ namespace })));
    const { message, data } = await refusal(server.url, { token: testToken() });
    expect(data).toEqual({ code: "too_many_connections", message, retryable: false });
    const other = await connect({ token: testToken("u2") });
    clients[0]?.close();
    await waitUntil("the first has gone", () => server.realtime.sessions.size === 2);
    const third = await connect();
    for (const client of [...clients, other, third]) client.close();
  });

  test("WS-LIMIT-4 a client that goes while its token is checked takes no place", async () => {
    const checked: Promise<unknown>[] = [];
    const now = verify;
    for (let n = 0; n < 4; n++) {
      const client = await RawClient.open(server.url);
      verify = (token) => {
        const done = client
          .cut()
          .then(() => waitUntil("it has gone", hasNone))
          .then(() => now(token));
        checked.push(done);
        return done;
      };
      client.connect();
      await client.closed;
    }
    await Promise.all(checked);
    verify = now;
    const clients = await Promise.all([connect(), connect()]);
    for (const client of clients) client.close();
  });

  test("WS-LIMIT-4 one that comes back to its session keeps its place", async () => {
    const [client, other] = await Promise.all([connect(), connect()]);
    await client.subscribe("project:1");
    client.breakConnection();
    expect((await client.next("connection.established")).event.data).toMatchObject({ recovered: true });
    expect((await refusal(server.url, { token: testToken() })).data).toMatchObject({
      code: "too_many_connections",
    });
    client.close();
    other.close();
  });

  function hasNone(): boolean {
    return server.realtime.io.engine.clientsCount === 0;
  }

  function connect(options = {}): Promise<TestClient> {
    return TestClient.connected(server.url, { token: testToken(), ...options });
  }
});
