import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type RedisServer,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
  waitUntil,
} from "@roomcast/testkit";
import { createClient } from "redis";
import { refusal } from "./support/connect-error.ts";

const env = { WS_MAX_CONNECTIONS_PER_USER: "3" };
const minuteMs = 60_000;

describe("with 3 connections allowed to a user over two replicas", () => {
  let redis: RedisServer;
  let replicas: RoomcastProcess[];
  let store: ReturnType<typeof createClient>;
  beforeAll(async () => {
    redis = await startRedis();
    replicas = await Promise.all([0, 1].map(() => startRoomcast("realtime", { redisUrl: redis.url, env })));
    store = createClient({ url: redis.url });
    await store.connect();
  });
  afterAll(async () => {
    store.destroy();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await redis.stop();
  });

  test("WS-LIMIT-4 the fourth is refused on both, and one that ends on either makes room on the other", async () => {
    const clients = await Promise.all([0, 1, 1].map((index) => connect("ada", index)));
    expect(await codes("ada")).toEqual(["too_many_connections", "too_many_connections"]);
    clients[0]?.close();
    await waitUntil("its place is free", async () => (await leases("ada")).length === 2);
    const again = await connect("ada", 1);
    expect(await codes("ada")).toEqual(["too_many_connections", "too_many_connections"]);
    for (const client of [...clients, again]) client.close();
    await waitUntil("nothing is kept", async () => (await leases("ada")).length === 0);
  });

  test("WS-LIMIT-4 six at once get three places", async () => {
    const clients = Array.from({ length: 6 }, (_, n) => {
      const url = replicas[n % 2]?.url ?? "";
      return new TestClient(url, { token: testToken("bob"), reconnection: false });
    });
    const outcomes = await Promise.all(clients.map(outcomeOf));
    expect(outcomes.sort()).toEqual([...Array(3).fill("connect"), ...Array(3).fill("connect_error")]);
    for (const client of clients) client.close();
  });

  test("WS-LIMIT-4 a killed replica's places are free when their leases end, within a minute", async () => {
    const [living, dying] = replicas;
    const clients = await Promise.all([connect("eve", 0), connect("eve", 1), connect("eve", 1)]);
    const others = await Promise.all([connect("ina", 1), connect("ina", 0), connect("ina", 0)]);
    const moving = others[0] as TestClient;
    (moving.socket.io as unknown as { uri: string }).uri = living?.url ?? "";
    dying?.kill("SIGKILL");
    await dying?.process.exited;
    // Whoever comes back to its session has its place still.
    expect((await moving.next("connection.established")).event.data).toMatchObject({ recovered: true });
    for (const client of clients.slice(1)) client.close();
    expect(await refusal(living?.url ?? "", { token: testToken("eve") })).toMatchObject({
      data: { code: "too_many_connections", retryable: true },
    });
    const ends = await leases("eve");
    expect(ends).toHaveLength(3);
    for (const { score } of ends) expect(score - Date.now()).toBeLessThanOrEqual(minuteMs);
    expect(await store.pTTL(keyOf("eve"))).toBeLessThanOrEqual(minuteMs);
    // As if the minute had passed for the two that nobody renews.
    const own = await sessionIdOf(clients[0] as TestClient);
    for (const { value } of ends) if (value !== own) await store.zAdd(keyOf("eve"), { score: 1, value });
    const again = await Promise.all([connect("eve", 0), connect("eve", 0)]);
    for (const client of [...clients, ...others, ...again]) client.close();
  });

  function connect(user: string, replica: number): Promise<TestClient> {
    return TestClient.connected(replicas[replica]?.url ?? "", { token: testToken(user) });
  }

  function outcomeOf({ socket }: TestClient): Promise<string> {
    return new Promise((resolve) => {
      for (const outcome of ["connect", "connect_error"]) socket.once(outcome, () => resolve(outcome));
    });
  }

  function codes(user: string): Promise<unknown[]> {
    return Promise.all(
      replicas.map(async ({ url }) => {
        const { data } = await refusal(url, { token: testToken(user) });
        return (data as { code: string }).code;
      }),
    );
  }

  function keyOf(user: string): string {
    return `roomcast:{p0}:connections:${user}`;
  }

  function leases(user: string): Promise<{ value: string; score: number }[]> {
    return store.zRangeWithScores(keyOf(user), 0, -1);
  }

  async function sessionIdOf(client: TestClient): Promise<unknown> {
    return (await client.next("connection_established")).event.data.sessionId;
  }
});
