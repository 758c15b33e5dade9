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

describe("WS-POS-11 a session whose connection breaks again before it was resumed", () => {
  let server: RedisServer;
  let redis: RedisConnection;
  let log: RedisEventLog;
  let store: RedisSessionStore;
  let head: LogHead;
  beforeAll(async () => {
    server = await startRedis();
    const target = parseRedisUrl(server.url);
    log = new RedisEventLog({ target, onError: () => undefined });
    redis = new RedisConnection({ target, name: "test", onError: () => undefined });
    await Promise.all([log.connect(), redis.connect()]);
    const redisStore = new RedisStore(redis, { prefix, timeoutMs: 2_000 });
    store = new RedisSessionStore(redisStore, { prefix, ttlMs: 60_000, maxPerUser: 20 });
    head = await log.head();
  }, 30_000);
  afterAll(async () => {
    await Promise.all([log.close(), redis.close()]);
    await server.stop();
  });

  test("is confirmed though a change of its former connection was still under way", async () => {
    const [former, latter] = [epochValidator(), epochValidator()];
    await store.create("s1", content, 0);
    const [first, second] = [await loaded("s1"), await loaded("s1")];
    await latter.take(second);
    await expect(change(first)).rejects.toMatchObject({ code: "unavailable" });
    former.ended(first);
    former.forget("s1", second.storedVersion);
    await restart();
    await Promise.all([former.check(), latter.check()]);
    expect(await store.load("s1")).toMatchObject({ isConfirmed: true });
  });

  test("is confirmed though it was back before the word that it had gone elsewhere", async () => {
    const [first, second] = [epochValidator(), epochValidator()];
    await store.create("s2", content, 0);
    const elsewhere = await loaded("s2");
    await second.take(elsewhere);
    second.ended(elsewhere);
    const back = await loaded("s2");
    await first.take(back);
    first.forget("s2", elsewhere.storedVersion);
    second.forget("s2", back.storedVersion);
    await restart();
    await Promise.all([first.check(), second.check()]);
    expect(await store.load("s2")).toMatchObject({ isConfirmed: true });
  });

  test("is confirmed if the answer of the store was lost, and forgotten if a change was", async () => {
    const process = epochValidator();
    for (const id of ["s3", "s4"]) await store.create(id, content, 0);
    const [taken, changed] = [await loaded("s3"), await loaded("s4")];
    await redis.client.sendCommand(["SAVE"]);
    await process.take(changed);
    taken.version++;
    process.ended(taken);
    await restart({ isSaved: true });
    await process.check();
    expect(await store.load("s3")).toMatchObject({ isConfirmed: true });
    expect(await store.load("s4")).toBeUndefined();
  });

  test("changes nothing more once its connection has ended", async () => {
    await store.create("s5", content, 0);
    const session = await loaded("s5");
    session.isEnded = true;
    await expect(change(session)).rejects.toMatchObject({ code: "unavailable" });
    expect(await store.load("s5")).toMatchObject({ version: 0 });
  });

  const content = { userId: "ada", batch: 0, subscriptions: [] };

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
    return session.store((versions) => store.save(session.id, content, versions));
  }

  /** An epoch begins. */
  async function restart({ isSaved = false } = {}): Promise<void> {
    if (!isSaved) await redis.client.sendCommand(["SAVE"]);
    await server.kill();
    await server.restart();
    await redis.ready();
    await waitUntil("the log answers", async () => {
      head = await log.head().catch(() => head);
      return (await store.load("s0").catch(() => null)) !== null;
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
