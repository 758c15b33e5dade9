import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RoomName } from "@roomcast/events";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "../support/announce.ts";
import { type Replicas, startReplicas } from "../support/replica.ts";

describe("stored sessions", () => {
  let cluster: Replicas;
  let redis: RedisConnection;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    const env = { WS_MAX_SESSIONS_PER_USER: "3", WS_MAX_CONNECTIONS_PER_USER: "3" };
    cluster = await startReplicas(2, { ...env, HISTORY_GLOBAL_EVENTS: "3" });
    const target = parseRedisUrl(cluster.redis.url);
    redis = new RedisConnection({ target, name: "test", onError: () => undefined });
    await redis.connect();
  }, 60_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await redis.close();
    await cluster.stop();
  });

  test("WS-LIMIT-24 there is none of a client that follows only the automatic rooms, also after it came back", async () => {
    const client = await connect("idle");
    await client.subscribe("global");
    client.breakConnection();
    await client.reconnected();
    await client.next("connection.established");
    expect(await stored()).toEqual([]);
    await client.subscribe("project:1");
    expect(await stored()).toEqual([pidOf(client)]);
  });

  test("WS-LIMIT-24, WS-POS-12 such a client is sent what it missed, also on another replica, and is new", async () => {
    const client = await connect("away");
    await tell("away", 1);
    await client.next("project.updated");
    const offset = client.received.at(-1)?.position;
    const auth = { token: testToken("away"), pid: pidOf(client), offset };
    client.socket.io.reconnection(false);
    client.breakConnection();
    for (const n of [2, 3]) await tell("away", n);
    const again = open("away", 1, { auth });
    expect(numbers(await again.take(2, "project.updated"))).toEqual([2, 3]);
    expect((await again.next("connection.established")).event.data).toMatchObject({ recovered: false });
    await tell("away", 4);
    expect(numbers(await again.take(1, "project.updated"))).toEqual([4]);
  });

  test("WS-LIMIT-24, WS-POS-8 what it was sent in vain is sent again, whether or not it subscribed since", async () => {
    const client = await connect("vain");
    const { position: offset } = await client.next("connection_established");
    client.close();
    for (const n of [1, 2]) await tell("vain", n);
    let pid = pidOf(client);
    for (const subscribes of [false, true, false]) {
      // As if nothing had reached it.
      const again = open("vain", 1, { auth: { token: testToken("vain"), pid, offset } });
      expect(numbers(await again.take(2, "project.updated"))).toEqual([1, 2]);
      await again.next("connection.established");
      if (subscribes) await again.subscribe("project:vain");
      pid = pidOf(again);
      again.close();
    }
  });

  test("WS-LIMIT-24, WS-RESET-6 a gap is told, and again if that was in vain and it subscribed since", async () => {
    const client = await connect("gap");
    const { position: offset } = await client.next("connection_established");
    client.close();
    for (let n = 0; n < 5; n++) await tell("gap", n, "global");
    let pid = pidOf(client);
    for (let n = 0; n < 2; n++) {
      const again = open("gap", n, { auth: { token: testToken("gap"), pid, offset } });
      expect((await again.next("room.reset")).event.data).toMatchObject({
        room: "global",
        reason: "trimmed",
      });
      await again.next("connection.established");
      await again.subscribe("project:gap");
      pid = pidOf(again);
      again.close();
    }
  });

  test("WS-LIMIT-24 leaving an automatic room, or a filter on it, is kept", async () => {
    const client = await connect("leaver");
    await client.call("unsubscribe", { room: "global" });
    client.breakConnection();
    await client.reconnected();
    expect((await client.next("connection.established")).event.data).toMatchObject({
      recovered: false,
      rooms: ["user:leaver"],
    });
    const other = await connect("filterer");
    await other.subscribe("global", { filters: { updatedBy: "nobody" } });
    other.breakConnection();
    await tell("filterer", 1, "global");
    await tell("filterer", 2);
    await other.reconnected();
    expect(numbers(await other.take(1, "project.updated"))).toEqual([2]);
  });

  test("WS-POS-7 an older connection is cut when its client comes back, and no other user can have it cut", async () => {
    const older = await connect("half", { reconnection: false });
    const { position: offset } = await older.next("connection_established");
    const thief = open("thief", 1, { auth: { token: testToken("thief"), pid: pidOf(older), offset } });
    await thief.next("connection.established");
    expect((await older.call("ping")).ok).toBe(true);
    const newer = open("half", 1, { auth: { token: testToken("half"), pid: pidOf(older), offset } });
    await newer.next("connection.established");
    await waitUntil("the older connection is cut", () => !older.socket.connected);
  });

  test("WS-LIMIT-23 of a user's sessions beyond the bound the one used longest ago is forgotten", async () => {
    const all: TestClient[] = [];
    for (let n = 0; n < 4; n++) {
      const client = await connect("many");
      await client.subscribe(`project:${n}`);
      client.close();
      all.push(client);
      // The first is used again before the last.
      if (n === 2) await comeBack(all[0] as TestClient, true);
    }
    await comeBack(all[1] as TestClient, false);
    await comeBack(all[3] as TestClient, true);
  });

  test("SEC-60 WS-LIMIT-23 a hundred connections with filters leave no more than that behind", async () => {
    for (let n = 0; n < 12; n++) {
      const client = await connect("mallory");
      await client.subscribe("global", { filters: { updatedBy: String(n).padEnd(250, "x") } });
      client.close();
    }
    expect(await redis.client.zCard("roomcast:{p0}:sessions:mallory")).toBe(3);
    const heads = await Promise.all(
      (await stored()).map((id) => redis.client.hGet(`roomcast:{p0}:session:${id}`, "session")),
    );
    expect(heads.filter((head) => head?.includes("mallory"))).toHaveLength(3);
  });

  async function comeBack(client: TestClient, recovered: boolean): Promise<void> {
    client.socket.connect();
    await client.reconnected();
    expect(client.socket.recovered).toBe(recovered);
    await client.subscribe("project:more");
    client.close();
  }

  function open(user: string, replica = 0, options = {}): TestClient {
    const client = new TestClient(cluster.replicas[replica]?.url ?? "", {
      token: testToken(user),
      ...options,
    });
    clients.push(client);
    return client;
  }

  async function connect(user: string, options = {}): Promise<TestClient> {
    const client = await TestClient.connected(cluster.replicas[0]?.url ?? "", {
      token: testToken(user),
      ...options,
    });
    clients.push(client);
    return client;
  }

  async function tell(user: string, n: number, room: RoomName = `user:${user}`): Promise<void> {
    await announce(cluster, room, { n });
  }

  async function stored(): Promise<string[]> {
    const keys = await redis.client.keys("roomcast:{p0}:session:*");
    return keys.map((key) => key.slice("roomcast:{p0}:session:".length));
  }
});

function pidOf(client: TestClient): string {
  return (client.socket as unknown as { _pid: string })._pid;
}

function numbers(events: { event: { data: Record<string, unknown> } }[]): number[] {
  return events.map(({ event }) => (event.data.changes as { n: number }).n);
}
