import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

describe("filters of a subscription", () => {
  let server: Embedded;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await waitUntil("all have left", () => server.realtime.sessions.size === 0);
  });
  afterAll(() => server.close());

  const connect = async (userId: string) => {
    const client = await TestClient.connected(server.url, { token: testToken(userId) });
    clients.push(client);
    return client;
  };
  const send = (accountId: string) =>
    server.broadcaster.broadcastInstanceStateChanged(
      Object.assign(exampleOf("instance.state_changed"), { accountId }),
    );

  test("WS-FILT-1 each client gets the events that pass its own filter", async () => {
    const [one, list, all] = await Promise.all(["one", "list", "all"].map(connect));
    await one?.subscribe("channel:instances", { filters: { accountId: "12345" } });
    await list?.subscribe("channel:instances", { filters: { accountId: ["12345", "777"] } });
    await all?.subscribe("channel:instances");
    for (const account of ["1", "12345", "777", "2"]) await send(account);
    const accounts = async (client: TestClient | undefined, count: number) =>
      (await client?.take(count, "instance.state_changed"))?.map(({ event }) => event.data.accountId);
    expect(await accounts(all, 4)).toEqual(["1", "12345", "777", "2"]);
    expect(await accounts(list, 2)).toEqual(["12345", "777"]);
    expect(await accounts(one, 1)).toEqual(["12345"]);
    expect(one?.unread).not.toContain("instance.state_changed");
    expect(list?.unread).not.toContain("instance.state_changed");
  });

  test("WS-FILT-5 a replay honours them", async () => {
    const client = await connect("late");
    const { position } = await client.subscribe("channel:other");
    for (const account of ["1", "12345", "2", "12345"]) await send(account);
    const ack = await client.subscribe("channel:instances", {
      since: position,
      filters: { accountId: "12345" },
    });
    expect(ack.replayed).toBe(2);
    const received = await client.take(2, "instance.state_changed");
    expect(received.map(({ event }) => event.data.accountId)).toEqual(["12345", "12345"]);
  });

  test("WS-SUB-3 another subscribe replaces them", async () => {
    const client = await connect("changer");
    await client.subscribe("channel:instances", { filters: { accountId: "1" } });
    await client.subscribe("channel:instances", { filters: { accountId: "2" } });
    await send("1");
    await send("2");
    expect((await client.next("instance.state_changed")).event.data.accountId).toBe("2");
    await client.subscribe("channel:instances");
    await send("3");
    expect((await client.next("instance.state_changed")).event.data.accountId).toBe("3");
  });

  test("WS-FILT-7 timestamps are compared as instants, however they are written", async () => {
    const client = await connect("instants");
    const filters = { changedAt: { gte: "2026-01-31T13:00:00+01:00", lt: "2026-01-31T12:00:01Z" } };
    await client.subscribe("channel:instances", { filters });
    const moments = [
      "2026-01-31T11:59:59.999Z",
      "2026-01-31T12:00:00.000Z",
      "2026-01-31T12:00:00.5Z",
      "2026-01-31T12:00:01.0Z",
    ];
    for (const changedAt of moments) {
      await server.broadcaster.broadcastInstanceStateChanged(
        Object.assign(exampleOf("instance.state_changed"), { changedAt }),
      );
    }
    const received = await client.take(2, "instance.state_changed");
    expect(received.map(({ event }) => event.data.changedAt)).toEqual(moments.slice(1, 3));
    await client.call("ping");
    expect(client.unread).not.toContain("instance.state_changed");
  });

  test("WS-FILT-8 one that was accepted by earlier rules holds on after a resume", async () => {
    const client = new TestClient(server.url, { token: testToken("earlier") });
    clients.push(client);
    await client.subscribe("channel:instances", { filters: { accountId: "1" } });
    const { sessionId } = (await client.next("connection.established")).event.data;
    const stored = await server.sessions.load(String(sessionId));
    const filters = { gone: null, accountId: ["1"], failedChecks: { ne: "x" }, state: { ne: "x" } };
    const subscriptions = stored?.subscriptions.map((one) => (one.filters ? { ...one, filters } : one)) ?? [];
    await server.sessions.create(String(sessionId), { userId: "earlier", batch: 1, subscriptions }, 9);
    client.breakConnection();
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    for (const account of ["2", "1"]) await send(account);
    expect((await client.next("instance.state_changed")).event.data.accountId).toBe("1");
  });

  test("WS-FILT-2, WS-CMD-7 a refusal names the field, the rule and what to send; in an array also the entry", async () => {
    const client = await connect("told");
    const entry = (filters: unknown) => ({ room: "channel:instances", filters });
    const answer = await client.call("subscribe", [entry({ stat: "running" }), entry({ state: "runing" })]);
    expect(answer).toMatchObject({
      data: [
        {
          error: {
            code: "invalid_filter",
            message: expect.stringContaining("did you mean state?"),
            details: [{ field: "stat" }],
          },
        },
        {
          error: {
            message: expect.stringContaining("pending, running, stopping"),
            details: [{ field: "state" }],
          },
        },
      ],
    });
    const malformed = await client.call("subscribe", [entry({}), { room: "global", filter: {} }]);
    expect(malformed).toMatchObject({
      error: {
        code: "invalid_command",
        message: expect.stringMatching(/^\[1\]: filter is unknown/),
        details: [{ field: "[1].filter" }],
      },
    });
  });

  test.each([
    [{ accountId: { regex: "1" } }],
    [{ nosuchfield: 1 }],
    ["accountId"],
    [{ accountId: [] }],
    [{ toString: 1 }],
    [{ valueOf: null, hasOwnProperty: "x" }],
    [{ failedChecks: "disk" }],
    [{ components: {} }],
    [{ state: "runing" }],
    [{ accountId: 1 }],
    [{ instancesFound: "1" }],
    [{ changedAt: "yesterday" }],
  ])("WS-FILT-9, WS-CMD-8 %j is refused and changes nothing", async (filters) => {
    const client = await connect("refused");
    const ack = await client.call("subscribe", { room: "channel:instances", filters });
    expect(ack).toMatchObject({ ok: false, error: { code: "invalid_filter", retryable: false } });
    await send("1");
    await client.call("ping");
    expect(client.unread).not.toContain("instance.state_changed");
  });
});
