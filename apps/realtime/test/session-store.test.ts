import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { RedisEventLog } from "@roomcast/event-log";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { RedisSessionStore } from "../src/cluster/redis-session-store.ts";
import { RedisStore } from "../src/cluster/redis-store.ts";

const prefix = "roomcast:";

let server: RedisServer;
let redis: RedisConnection;
let log: RedisEventLog;
let store: RedisSessionStore;
beforeAll(async () => {
  server = await startRedis();
  const target = parseRedisUrl(server.url);
  log = new RedisEventLog({ target, onError: () => undefined });
  redis = new RedisConnection({ target, name: "test", onError: () => undefined });
  await Promise.all([log.connect(), redis.connect()]);
  store = new RedisSessionStore(new RedisStore(redis, { prefix, timeoutMs: 2_000 }), {
    prefix,
    ttlMs: 60_000,
    maxPerUser: 20,
  });
}, 30_000);
afterAll(async () => {
  await Promise.all([log.close(), redis.close()]);
  await server.stop();
});

/** A session in a room for each batch. */
const content = (...batches: number[]) => ({
  userId: "u1",
  batch: Math.max(...batches),
  subscriptions: batches.map((batch) => ({
    room: `project:${batch}` as const,
    from: "e.1",
    at: "e.1",
    batch,
    since: 1,
  })),
});
const owner = (id: string) => ({ id, userId: "u1" });
const rooms = async (id: string) => (await store.load(id))?.subscriptions.map(({ room }) => room);

test("a session can only be stored in an epoch of the log, and is confirmed for it", async () => {
  await expect(store.create("s0", content(0), 0)).rejects.toMatchObject({ code: "unavailable" });
  const { epochs } = await log.head();
  await store.create("s0", content(0), 0);
  const epoch = epochs.at(-1)?.name;
  expect(await store.load("s0")).toEqual({ ...content(0), version: 0, epoch, isConfirmed: true });
  expect(await store.load("unknown")).toBeUndefined();
});

test("a session may have many more subscriptions than Lua hands over at once", async () => {
  const many = Array.from({ length: 9_001 }, (_, n) => n);
  await store.create("many", content(...many), 0);
  await store.save("many", content(...many), { known: 0, next: 1 });
  await store.drop(owner("many"), ["project:9000"], { known: 1, next: 2 });
  expect(new Set(await rooms("many"))).toEqual(new Set(many.slice(0, -1).map((n) => `project:${n}`)));
});

test("changes are numbered, and a late one is refused", async () => {
  await store.create("s1", content(0), 0);
  await store.save("s1", content(1), { known: 0, next: 1 });
  await store.save("s1", content(2), { known: 1, next: 3 });
  await expect(store.save("s1", content(7), { known: 1, next: 2 })).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect(store.drop(owner("s1"), ["project:1"], { known: 1, next: 3 })).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(await store.load("s1")).toMatchObject({ batch: 2, version: 3 });
  expect(await rooms("s1")).toEqual(["project:0", "project:1", "project:2"]);
  await store.drop(owner("s1"), ["project:1"], { known: 3, next: 4 });
  expect(await rooms("s1")).toEqual(["project:0", "project:2"]);
});

test("a session that lacks a change is forgotten by the next, and stays so", async () => {
  await store.create("s2", content(0), 0);
  await store.save("s2", content(2), { known: 1, next: 2 });
  expect(await store.load("s2")).toBeUndefined();
  await store.save("s2", content(3), { known: 2, next: 3 });
  await store.drop(owner("s2"), ["project:3"], { known: 3, next: 4 });
  expect(await store.load("s2")).toBeUndefined();
});

test("after a restart a session is confirmed for the new epoch, and for no other", async () => {
  await store.create("s3", content(0), 0);
  const before = await store.load("s3");
  await redis.client.sendCommand(["SAVE"]);
  await server.kill();
  await server.restart();
  await redis.ready();
  await expect(store.load("s3")).rejects.toMatchObject({ code: "unavailable" });
  const epoch = (await log.head()).epochs.at(-1)?.name as string;
  expect(await store.load("s3")).toEqual({ ...before, epoch, isConfirmed: false });
  await expect(store.confirm("s3", before?.epoch as string)).rejects.toMatchObject({ code: "unavailable" });
  await store.confirm("s3", epoch);
  expect(await store.load("s3")).toEqual({ ...before, epoch });
  await store.confirm("unknown", epoch);
  expect(await store.load("unknown")).toBeUndefined();
});
