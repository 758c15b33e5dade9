import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { type RedisServer, startRedis, waitUntil } from "@roomcast/testkit";
import { MemoryConnectionSlots } from "../src/cluster/memory-connection-slots.ts";
import { RedisConnectionSlots } from "../src/cluster/redis-connection-slots.ts";
import { RedisStore } from "../src/cluster/redis-store.ts";
import type { ConnectionPolicy } from "../src/sessions/connection-slots.ts";
import { SlotReplica } from "./support/slot-replica.ts";

const max = 2;
/** So short that a test can wait for its end, and so long that a machine may stand still. */
const short = { leaseMs: 3_000, renewMs: 300 };

let server: RedisServer;
let redis: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  redis = new RedisConnection({ target: parseRedisUrl(server.url), name: "test", onError: () => undefined });
  await redis.connect();
}, 30_000);
afterAll(async () => {
  await redis.close();
  await server.stop();
});

interface RedisReplica {
  id: string;
  slots: RedisConnectionSlots;
  replica: SlotReplica;
}

/** Replicas that share the slots of a new cluster. */
function redisReplicas(policy: ConnectionPolicy, count: number, times = {}): RedisReplica[] {
  const store = new RedisStore(redis, { prefix: randomUUID(), timeoutMs: 2_000 });
  return Array.from({ length: count }, () => {
    const id = randomUUID();
    const slots = new RedisConnectionSlots(store, { replicaId: id, max, policy, ...times });
    return { id, slots, replica: new SlotReplica(slots) };
  });
}

const only = (replicas: RedisReplica[]) => (replicas[0] as RedisReplica).replica;

describe.each<[string, (policy: ConnectionPolicy) => SlotReplica]>([
  ["in memory", (policy) => new SlotReplica(new MemoryConnectionSlots("here", { max, policy }))],
  ["in Redis", (policy) => only(redisReplicas(policy, 1))],
])("slots %s", (_, open) => {
  describe("when a connection beyond the limit ends another", () => {
    test("it is the oldest of those that are alike, and it is told once", async () => {
      const replica = open("end-oldest");
      for (const id of ["a", "b"]) expect(await replica.connect("ada", id)).toEqual([]);
      expect(await replica.connect("ada", "c")).toHaveLength(1);
      expect(await replica.connect("bob", "d")).toEqual([]);
      expect(await replica.renew()).toEqual(["a full"]);
      expect(await replica.renew()).toEqual([]);
      expect(replica.connected).toEqual(["b", "c", "d"]);
    });

    test("one whose ping is unanswered comes first, then the one that has been idle longest", async () => {
      const replica = open("end-oldest");
      for (const id of ["a", "b"]) await replica.connect("ada", id);
      await replica.renew([
        { userId: "ada", id: "a", idleMs: 60_000, isSilent: false },
        { userId: "ada", id: "b", idleMs: 50, isSilent: true },
      ]);
      await replica.connect("ada", "c");
      expect(await replica.renew()).toEqual(["b full"]);
      await replica.renew([
        { userId: "ada", id: "a", idleMs: 0, isSilent: false },
        { userId: "ada", id: "c", idleMs: 90_000, isSilent: false },
      ]);
      await replica.connect("ada", "d");
      expect(await replica.renew()).toEqual(["c full"]);
    });
  });

  describe("when the newest is refused", () => {
    test("the refusal is final, and a slot that is given back can be taken", async () => {
      const replica = open("refuse-newest");
      for (const id of ["a", "b"]) await replica.connect("ada", id);
      await expect(replica.connect("ada", "c")).rejects.toMatchObject({ code: "too_many_connections" });
      await replica.disconnect("a");
      await replica.connect("ada", "c");
      expect(await replica.renew()).toEqual([]);
    });

    test("one whose ping is unanswered makes room all the same", async () => {
      const replica = open("refuse-newest");
      for (const id of ["a", "b"]) await replica.connect("ada", id);
      await replica.renew([{ userId: "ada", id: "b", idleMs: undefined, isSilent: true }]);
      await replica.connect("ada", "c");
      expect(await replica.renew()).toEqual(["b full"]);
    });

    test("a session keeps its slot, and a fresh one takes that of the one it names", async () => {
      const replica = open("refuse-newest");
      for (const id of ["a", "b"]) await replica.connect("ada", id);
      expect(await replica.connect("ada", "a")).toEqual([]);
      await replica.connect("eve", "e");
      await replica.connect("eve", "f", "a");
      expect(await replica.connect("ada", "c", "b")).toHaveLength(1);
      expect(await replica.renew()).toEqual(["b moved"]);
      expect(replica.connected).toEqual(["a", "c", "e", "f"]);
    });
  });

  test("a session that comes back before it is told keeps its new slot", async () => {
    const replica = open("end-oldest");
    for (const id of ["a", "b", "c"]) await replica.connect("ada", id);
    await replica.disconnect("b");
    await replica.connect("ada", "a");
    expect(await replica.renew()).toEqual([]);
    expect(replica.connected).toEqual(["a", "c"]);
  });

  test("one that was ended ends no other when it comes back at once, by its name or as a fresh session", async () => {
    const replica = open("end-oldest");
    for (const id of ["a", "b", "c"]) await replica.connect("ada", id);
    expect(await replica.renew()).toEqual(["a full"]);
    for (const [id, replaces] of [["a"], ["d", "a"]] as [string, string?][])
      await expect(replica.connect("ada", id, replaces)).rejects.toMatchObject({
        code: "too_many_connections",
      });
    await replica.connect("ada", "e");
    expect(await replica.renew()).toEqual(["b full"]);
  });
});

describe("slots of several replicas", () => {
  test("who is ended is told by the replica that it is on, which is named to the other", async () => {
    const [one, two] = redisReplicas("end-oldest", 2) as [RedisReplica, RedisReplica];
    await one.replica.connect("ada", "a");
    await two.replica.connect("ada", "b");
    expect(await two.replica.connect("ada", "c")).toEqual([one.id]);
    expect(await two.replica.renew()).toEqual([]);
    expect(await one.replica.renew()).toEqual(["a full"]);
  });

  test("a session that moves takes its slot along; its late end elsewhere takes nothing", async () => {
    const [one, two] = redisReplicas("refuse-newest", 2) as [RedisReplica, RedisReplica];
    await one.replica.connect("ada", "a");
    await one.replica.connect("ada", "b");
    expect(await two.replica.connect("ada", "a")).toEqual([]);
    await one.slots.release({ userId: "ada", id: "a" });
    expect(await one.replica.renew()).toEqual(["a moved"]);
    await two.replica.disconnect("a");
    await two.replica.connect("ada", "c");
  });

  test("any number at once get as many as there are", async () => {
    const replicas = redisReplicas("end-oldest", 3).map(({ replica }) => replica);
    await Promise.all(replicas.flatMap((one, n) => [0, 1, 2, 3].map((m) => one.connect("ada", `${n}${m}`))));
    await Promise.all(replicas.map((replica) => replica.renew()));
    expect(replicas.flatMap(({ connected }) => connected)).toHaveLength(max);
  });

  test("those of a dead one count for nothing when its lease has ended, and until then nobody is refused for good", async () => {
    const [dead, living] = redisReplicas("refuse-newest", 2, short) as [RedisReplica, RedisReplica];
    for (const id of ["a", "b"]) await dead.replica.connect("ada", id);
    const codes: unknown[] = [];
    await waitUntil("there is a slot", async () => {
      const outcome = await living.replica.connect("ada", "c").catch((error) => error);
      if (outcome instanceof Error) codes.push((outcome as Error & { code?: string }).code);
      return !(outcome instanceof Error);
    });
    await living.replica.connect("ada", "d");
    expect(new Set([...codes, "unavailable"])).toEqual(new Set(["unavailable"]));
  });

  test("those of a living one are the reason for a final refusal", async () => {
    const [other, living] = redisReplicas("refuse-newest", 2, short) as [RedisReplica, RedisReplica];
    for (const id of ["a", "b"]) await other.replica.connect("ada", id);
    await expectRefusal(living, other);
  });

  test.each<[ConnectionPolicy, string[]]>([
    ["end-oldest", ["c", "d"]],
    ["refuse-newest", ["a", "b"]],
  ])("one that was taken for dead comes back, and the limit holds again: %s", async (policy, kept) => {
    const [one, two] = redisReplicas(policy, 2) as [RedisReplica, RedisReplica];
    for (const id of ["a", "b"]) await one.replica.connect("ada", id);
    // As if its lease had run out.
    await one.slots.close();
    for (const id of ["c", "d"]) expect(await two.replica.connect("ada", id)).toEqual([]);
    for (const { replica } of [one, one, two]) await replica.renew();
    expect([...one.replica.connected, ...two.replica.connected]).toEqual(kept);
  });

  test("what was lost with Redis is written again, and what nobody holds any more counts for nothing", async () => {
    const [one, two] = redisReplicas("refuse-newest", 2, short) as [RedisReplica, RedisReplica];
    for (const id of ["a", "b"]) await one.replica.connect("ada", id);
    await redis.client.flushAll();
    await one.replica.renew();
    await expectRefusal(two, one);
    one.replica.forget("a");
    one.slots.doubt();
    await one.replica.renew();
    await two.replica.connect("ada", "c");
  });

  /** While the other renews as a living one does. */
  async function expectRefusal(refusing: RedisReplica, other: RedisReplica): Promise<void> {
    const refusal = refusing.replica.connect("ada", "x").catch((error: unknown) => error);
    let isRefused = false;
    const over = refusal.finally(() => {
      isRefused = true;
    });
    while (!isRefused) await other.replica.renew();
    expect(await over).toMatchObject({ code: "too_many_connections" });
  }
});
