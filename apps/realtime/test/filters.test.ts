import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

describe("filters of a subscription", () => {
  let server: Embedded;
  const clients: TestClient[] = [];
  beforeEach(async () => {
    server = await startEmbedded();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.close();
  });

  const connect = async (userId: string) => {
    const client = await TestClient.connected(server.url, { token: testToken(userId) });
    clients.push(client);
    return client;
  };
  const send = (accountId: string) =>
    server.broadcaster.broadcastInstanceStateChanged(
      Object.assign(exampleOf("instance.state_changed"), { accountId }),
    );

  test("each client gets what passes its own, whoever else is in the room", async () => {
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

  test("a replay honours them", async () => {
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

  test("another subscribe replaces them", async () => {
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

  test.each([[{ accountId: { regex: "1" } }], [{ nosuchfield: 1 }], ["accountId"], [{ accountId: [] }]])(
    "%j is refused and changes nothing",
    async (filters) => {
      const client = await connect("refused");
      const ack = await client.call("subscribe", { room: "channel:instances", filters });
      expect(ack).toMatchObject({ ok: false, error: { code: "invalid_filter", retryable: false } });
      await send("1");
      await client.call("ping");
      expect(client.unread).not.toContain("instance.state_changed");
    },
  );
});
