import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  projectUpdated,
  publish,
  type RedisServer,
  type ReverseProxy,
  type RoomcastProcess,
  startHaproxy,
  startNginx,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
} from "@roomcast/testkit";

const proxyNames = ["nginx", "HAProxy"] as const;

describe.each([1, 2])("two replicas, workers each: %i", (workers) => {
  let redis: RedisServer;
  let api: RoomcastProcess;
  let replicas: RoomcastProcess[];
  let proxies: Record<(typeof proxyNames)[number], ReverseProxy>;
  const env = { REALTIME_WORKERS: String(workers) };

  beforeAll(async () => {
    redis = await startRedis();
    [api, ...replicas] = (await Promise.all([
      startRoomcast("api", { redisUrl: redis.url }),
      startRoomcast("realtime", { redisUrl: redis.url, env }),
      startRoomcast("realtime", { redisUrl: redis.url, env }),
    ])) as [RoomcastProcess, ...RoomcastProcess[]];
    const targets = { realtime: replicas.map(({ port }) => port), api: [api.port] };
    const [nginx, haproxy] = await Promise.all([startNginx(targets), startHaproxy(targets)]);
    proxies = { nginx, HAProxy: haproxy };
  }, 60_000);
  afterAll(async () => {
    await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
    await Promise.all([api, ...replicas].map((process) => process.stop()));
    await redis.stop();
  });

  describe.each(proxyNames)("with the API behind %s", (name) => {
    test.each([
      { transports: ["websocket"] },
      { transports: ["polling"] },
      { transports: ["polling", "websocket"] },
    ])("events arrive over $transports", async ({ transports }) => {
      const { url } = proxies[name];
      const clients = await Promise.all(
        Array.from({ length: 4 }, (_, n) => {
          const token = testToken(`u-${transports.join("-")}-${n}`);
          return TestClient.connected(url, { token, transports });
        }),
      );
      for (const client of clients) await client.subscribe("project:1");
      const { status, body } = await publish(url, projectUpdated("1"));
      expect(status).toBe(201);
      for (const client of clients) expect((await client.next("project.updated")).event.id).toBe(body.id);
      for (const client of clients) client.close();
    });
  });

  test("clients whose replica ends come back through each of the proxies, miss nothing and are told so", async () => {
    const clients = await Promise.all(
      proxyNames.map((name) => TestClient.connected(proxies[name].url, { token: testToken(`at-${name}`) })),
    );
    for (const client of clients) await client.subscribe("project:2");
    await publish(proxies.nginx.url, projectUpdated("2", { n: 1 }));
    for (const client of clients) await client.next("project.updated");
    const lost = clients.map(({ socket }) => new Promise((resolve) => socket.once("disconnect", resolve)));
    for (const replica of replicas) {
      await replica.stop();
      await replica.restart();
    }
    await Promise.all(lost);
    await publish(proxies.HAProxy.url, projectUpdated("2", { n: 2 }));
    for (const client of clients) {
      const { event } = await client.next("project.updated");
      expect(event.data.changes).toEqual({ n: 2 });
      expect(client.socket.recovered).toBe(true);
      client.close();
    }
  }, 60_000);
});
