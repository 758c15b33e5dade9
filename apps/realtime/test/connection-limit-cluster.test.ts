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
import { refusal } from "./support/connect-error.ts";
import { type Replica, startReplica } from "./support/replica.ts";

const [ending, refusing] = [0, 1];

describe("with 3 connections allowed to a user over two replicas", () => {
  let redis: RedisServer;
  /** A process of its own, to be killed. */
  let mortal: RoomcastProcess;
  let immortal: Replica;
  beforeAll(async () => {
    redis = await startRedis();
    const policy = (name: string) => ({ WS_MAX_CONNECTIONS_PER_USER: "3", WS_CONNECTION_POLICY: name });
    mortal = await startRoomcast("realtime", { redisUrl: redis.url, env: policy("end-oldest") });
    immortal = await startReplica(redis.url, policy("refuse-newest"));
  });
  afterAll(async () => {
    await Promise.all([mortal.stop(), immortal.close()]);
    await redis.stop();
  });

  test("SEC-29 WS-LIMIT-16 a fourth ends the oldest, wherever that is", async () => {
    const clients = await connected("ada", [refusing, ending, refusing]);
    const fourth = await connect("ada", ending);
    const { event } = await (clients[0] as TestClient).next("connection.error");
    expect(event.data).toMatchObject({ code: "too_many_connections", retryable: false });
    await waitUntil("it has gone", () => clients[0]?.socket.connected === false);
    expect(clients[0]?.socket.active).toBe(false);
    for (const client of [...clients.slice(1), fourth]) {
      expect(await client.call("ping")).toMatchObject({ ok: true });
      client.close();
    }
  });

  test("WS-LIMIT-4 a fourth is refused for good while the others live, and one that ends makes room", async () => {
    const clients = await connected("bob", [ending, refusing, ending]);
    expect((await refusal(url(refusing), { token: testToken("bob") })).data).toMatchObject({
      code: "too_many_connections",
      retryable: false,
    });
    clients[0]?.close();
    const again = await until("there is room", () => connect("bob", refusing));
    for (const client of [...clients, again]) client.close();
  });

  test("SEC-29 WS-LIMIT-17 after the death of a replica its users come in by themselves, and no stock client gives up", async () => {
    const tabs = await connected("eve", [ending, ending, ending]);
    const moving = await connect("ina", ending);
    await moving.subscribe("project:1");
    mortal.kill("SIGKILL");
    await mortal.process.exited;
    for (const tab of tabs) tab.close();
    const refusals: unknown[] = [];
    const fresh = [0, 1, 2].map(() => new TestClient(url(refusing), { token: testToken("eve") }));
    for (const { socket } of fresh)
      socket.on("connect_error", (error) => refusals.push((error as Refusal).data));
    (moving.socket.io as unknown as { uri: string }).uri = url(refusing);
    for (const client of fresh) await client.next("connection.established");
    expect((await moving.next("connection.established")).event.data).toMatchObject({ recovered: true });
    expect(refusals.filter((data) => data !== undefined)).toEqual([]);
    for (const client of [...fresh, moving]) client.close();
  }, 30_000);

  type Refusal = Error & { data?: unknown };

  function url(replica: number): string {
    return (replica === ending ? mortal : immortal).url;
  }

  function connect(user: string, replica: number): Promise<TestClient> {
    return TestClient.connected(url(replica), { token: testToken(user) });
  }

  /** One after the other: the first is the oldest. */
  async function connected(user: string, on: number[]): Promise<TestClient[]> {
    const clients: TestClient[] = [];
    for (const replica of on) clients.push(await connect(user, replica));
    return clients;
  }

  async function until<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    let result: T | undefined;
    await waitUntil(what, async () => {
      result = await attempt().catch(() => undefined);
      return result !== undefined;
    });
    return result as T;
  }
});
