import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  projectUpdated,
  publish,
  type RedisServer,
  type RoomcastProcess,
  startHaproxy,
  startNginx,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
} from "@roomcast/testkit";

describe.each([1, 2])("two replicas, workers each: %i", (workers) => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  let replicas: RoomcastProcess[];
  const env = { REALTIME_WORKERS: String(workers) };

  beforeAll(async () => {
    redis = await startRedis();
    [api, ...replicas] = (await Promise.all([
      startRoomcast("api", { redisUrl: redis.url }),
      startRoomcast("realtime", { redisUrl: redis.url, env }),
      startRoomcast("realtime", { redisUrl: redis.url, env }),
    ])) as [RoomcastProcess, ...RoomcastProcess[]];
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api, ...replicas].map((process) => process.stop()));
    await redis.stop();
  });

  describe.each([
    ["nginx", startNginx],
    ["HAProxy", startHaproxy],
  ] as const)("with the API behind %s", (_, startProxy) => {
    let proxy: Awaited<ReturnType<typeof startProxy>>;
    beforeAll(async () => {
      proxy = await startProxy({ realtime: replicas.map(({ port }) => port), api: [api.port] });
    }, 30_000);
    afterAll(() => proxy.stop());

    test.each([
      { transports: ["websocket"] },
      { transports: ["polling"] },
      { transports: ["polling", "websocket"] },
    ])("events arrive over $transports", async ({ transports }) => {
      const clients = await Promise.all(
        Array.from({ length: 4 }, (_, n) => {
          const token = testToken(`u-${transports.join("-")}-${n}`);
          return TestClient.connected(proxy.url, { token, transports });
        }),
      );
      for (const client of clients) await client.subscribe("project:1");
      const { status, body } = await publish(proxy.url, projectUpdated("1"));
      expect(status).toBe(201);
      for (const client of clients) expect((await client.next("project.updated")).event.id).toBe(body.id);
      for (const client of clients) client.close();
    });

    test("a client whose replica ends comes back through it, misses nothing and is told so", async () => {
      const client = await TestClient.connected(proxy.url, { token: testToken("resumer") });
      await client.subscribe("project:2");
      await publish(proxy.url, projectUpdated("2", { n: 1 }));
      await client.next("project.updated");
      const lost = new Promise((resolve) => client.socket.once("disconnect", resolve));
      for (const replica of replicas) {
        await replica.stop();
        await replica.restart();
      }
      await lost;
      await publish(proxy.url, projectUpdated("2", { n: 2 }));
      const { event } = await client.next("project.updated");
      expect(event.data.changes).toEqual({ n: 2 });
      expect(client.socket.recovered).toBe(true);
      client.close();
    }, 60_000);
  });
});
