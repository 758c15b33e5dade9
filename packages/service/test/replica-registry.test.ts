import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  MemoryReplicaRegistry,
  RedisReplicaRegistry,
  type RedisReplicaRegistryOptions,
  type ReplicaRegistry,
  type ReplicaStats,
} from "@roomcast/service";
import { createClient } from "redis";
import { type RedisServer, startRedis } from "./support/testkit.ts";

let server: RedisServer;
let redis: ReturnType<typeof openClient>;

function openClient() {
  return createClient({ url: server.url });
}

beforeAll(async () => {
  server = await startRedis();
  redis = openClient();
  await redis.connect();
});

afterEach(() => redis.flushAll());

afterAll(async () => {
  redis.destroy();
  await server.stop();
});

function redisRegistry(options: Partial<RedisReplicaRegistryOptions> = {}): RedisReplicaRegistry {
  return new RedisReplicaRegistry({ redis: () => redis, ...options });
}

function statsOf(replicaId: string, connections = 0): ReplicaStats {
  const counts = { users: 1, rooms: 2, subscriptions: 3, delivered: 4, offset: 5 };
  return { replicaId, startedAt: "2026-01-01T00:00:00.000Z", connections, ...counts };
}

const implementations: [string, () => ReplicaRegistry][] = [
  ["MemoryReplicaRegistry", () => new MemoryReplicaRegistry()],
  ["RedisReplicaRegistry", () => redisRegistry()],
];

describe.each(implementations)("%s", (_, create) => {
  test("is empty at first", async () => {
    expect(await create().list()).toEqual([]);
  });

  test("lists what was announced last", async () => {
    const registry = create();
    await registry.announce(statsOf("a", 1));
    await registry.announce(statsOf("a", 2));
    expect(await registry.list()).toEqual([statsOf("a", 2)]);
  });

  test("forgets who left", async () => {
    const registry = create();
    await registry.announce(statsOf("a"));
    await registry.leave();
    expect(await registry.list()).toEqual([]);
  });

  test("lets leave who never came", async () => {
    await expect(create().leave()).resolves.toBeUndefined();
  });
});

describe("RedisReplicaRegistry, with several replicas", () => {
  test("lists them all, by id", async () => {
    const [a, b] = [redisRegistry(), redisRegistry()];
    await b.announce(statsOf("b"));
    await a.announce(statsOf("a"));
    expect(await a.list()).toEqual([statsOf("a"), statsOf("b")]);
    await a.leave();
    expect(await b.list()).toEqual([statsOf("b")]);
  });

  test("leaves out and prunes a replica whose announcement has expired", async () => {
    const [dead, living] = [redisRegistry({ ttlMs: 1 }), redisRegistry()];
    await living.announce(statsOf("living"));
    await dead.announce(statsOf("dead"));
    while ((await redis.exists("{p0}:replicas:dead")) === 1);
    expect(await living.list()).toEqual([statsOf("living")]);
    expect(await redis.sMembers("{p0}:replicas")).toEqual(["living"]);
  });

  test("keeps an announcement for 15 s by default", async () => {
    await redisRegistry().announce(statsOf("a"));
    expect(await redis.pTTL("{p0}:replicas:a")).toBeGreaterThan(14_000);
    expect(await redis.pTTL("{p0}:replicas:a")).toBeLessThanOrEqual(15_000);
  });

  test("keeps apart what has another key prefix", async () => {
    await redisRegistry({ keyPrefix: "other:" }).announce(statsOf("a"));
    expect(await redisRegistry().list()).toEqual([]);
    expect(await redis.keys("*")).toEqual(
      expect.arrayContaining(["other:{p0}:replicas", "other:{p0}:replicas:a"]),
    );
  });
});
