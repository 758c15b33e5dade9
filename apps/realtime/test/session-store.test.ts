import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type LogHead, RedisEventLog } from "@roomcast/event-log";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { type RedisServer, startRedis, TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { RedisSessionStore } from "../src/cluster/redis-session-store.ts";
import { RedisStore } from "../src/cluster/redis-store.ts";
import type { Connection } from "../src/delivery/connection.ts";
import { EpochValidator } from "../src/sessions/epoch-validator.ts";
import { Session } from "../src/sessions/session.ts";
import { SessionRegistry } from "../src/sessions/session-registry.ts";
import type { StoredSession } from "../src/sessions/session-store.ts";
import { startEmbedded } from "./support/embedded.ts";

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

describe("WS-POS-11 a session whose connection breaks again before it was resumed", () => {
  let head: LogHead;
  beforeAll(async () => {
    head = await log.head();
  });

  test("is confirmed though a change of its former connection was still under way", async () => {
    const [former, latter] = [epochValidator(), epochValidator()];
    await store.create("t1", ofAda, 0);
    const [first, second] = [await loaded("t1"), await loaded("t1")];
    await latter.take(second);
    await expect(change(first)).rejects.toMatchObject({ code: "unavailable" });
    former.ended(first);
    former.forget("t1", second.storedVersion);
    await restart();
    await Promise.all([former.check(), latter.check()]);
    expect(await store.load("t1")).toMatchObject({ isConfirmed: true });
  });

  test("is confirmed though it was back before the word that it had gone elsewhere", async () => {
    const [first, second] = [epochValidator(), epochValidator()];
    await store.create("t2", ofAda, 0);
    const elsewhere = await loaded("t2");
    await second.take(elsewhere);
    second.ended(elsewhere);
    const back = await loaded("t2");
    await first.take(back);
    first.forget("t2", elsewhere.storedVersion);
    second.forget("t2", back.storedVersion);
    await restart();
    await Promise.all([first.check(), second.check()]);
    expect(await store.load("t2")).toMatchObject({ isConfirmed: true });
  });

  test("is confirmed if the answer of the store was lost, and forgotten if a change was", async () => {
    const process = epochValidator();
    for (const id of ["t3", "t4"]) await store.create(id, ofAda, 0);
    const [taken, changed] = [await loaded("t3"), await loaded("t4")];
    await redis.client.sendCommand(["SAVE"]);
    await process.take(changed);
    taken.version++;
    process.ended(taken);
    await restart({ isSaved: true });
    await process.check();
    expect(await store.load("t3")).toMatchObject({ isConfirmed: true });
    expect(await store.load("t4")).toBeUndefined();
  });

  test("changes nothing more once its connection has ended", async () => {
    await store.create("t5", ofAda, 0);
    const session = await loaded("t5");
    session.isEnded = true;
    await expect(change(session)).rejects.toMatchObject({ code: "unavailable" });
    expect(await store.load("t5")).toMatchObject({ version: 0 });
  });

  const ofAda = { userId: "ada", batch: 0, subscriptions: [] };

  function epochValidator(): EpochValidator {
    const follower = {
      get head() {
        return head;
      },
    };
    return new EpochValidator({ sessions: new SessionRegistry(), store, follower, sessionTtlMs: 60_000 });
  }

  async function loaded(id: string): Promise<Session> {
    const stored = (await store.load(id)) as StoredSession;
    const principal = { userId: "ada", claims: {} } as unknown as Session["principal"];
    return new Session(id, principal, {} as Connection, stored.epoch as string, stored);
  }

  function change(session: Session): Promise<void> {
    return session.store((versions) => store.save(session.id, ofAda, versions));
  }

  /** An epoch begins. */
  async function restart({ isSaved = false } = {}): Promise<void> {
    if (!isSaved) await redis.client.sendCommand(["SAVE"]);
    await server.kill();
    await server.restart();
    await redis.ready();
    await waitUntil("the log answers", async () => {
      head = await log.head().catch(() => head);
      return (await store.load("t0").catch(() => null)) !== null;
    });
  }
});

test("WS-POS-7 a word of an earlier resume elsewhere does not cut the connection that came after it", async () => {
  const server = await startEmbedded();
  const client = await TestClient.connected(server.url, { token: testToken("ada") });
  await client.subscribe("project:1");
  client.breakConnection();
  await client.next("connection.established");
  const { _pid: pid } = client.socket as unknown as { _pid: string };
  const version = (await server.sessions.load(pid))?.version as number;
  const hear = (...args: unknown[]) =>
    server.realtime.io.of("/ws")._onServerSideEmit(["roomcast:evict", ...args]);
  hear(pid, 1);
  expect(await client.call("ping")).toMatchObject({ ok: true });
  expect(client.received.filter(({ name }) => name === "connection.established")).toHaveLength(2);
  hear(pid, version + 1);
  await client.next("connection.established");
  // A replica of an earlier version names none.
  hear(pid);
  await client.next("connection.established");
  client.close();
  await server.close();
});
