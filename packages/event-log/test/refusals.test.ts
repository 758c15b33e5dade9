import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis, waitUntil } from "@roomcast/testkit";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let admin: Awaited<ReturnType<RedisLogs["admin"]>>;
let log: RedisEventLog;
let prefix: string;
let count = 0;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  admin = await logs.admin(redis.url);
  prefix = `refusals:${count++}:`;
  logs.errors.length = 0;
});
afterEach(() => logs.closeAll());
afterAll(() => redis.stop());

/** A log whose Redis user has all rights but for what the rules take. */
async function openAs(rules: string): Promise<void> {
  await setRules("");
  log = await logs.open(redis.url.replace("//", "//limited:secret@"), {
    keyPrefix: prefix,
    heartbeatMs: 60_000,
  });
  await log.append(request());
  await setRules(rules);
}

async function setRules(rules: string): Promise<void> {
  const user = ["reset", "on", ">secret", "~*", "&*", "+@all", ...rules.split(" ").filter(Boolean)];
  await admin.sendCommand(["ACL", "SETUSER", "limited", ...user]);
}

const entries = () => admin.xLen(`${prefix}{p0}:log`);

describe("an append that Redis refuses", () => {
  test.each([
    ["the script itself", "-evalsha"],
    ["reading the state of the server", "-info"],
    ["reading the log's state", "-hmget"],
    ["writing the log", "-xadd"],
    ["the keys", "resetkeys ~other:*"],
  ])("before its first write (%s) is `unavailable`, and nothing was written", async (_, rules) => {
    await openAs(rules);
    const before = await entries();
    await expect(log.append(request())).rejects.toMatchObject({ code: "unavailable", retryable: true });
    expect(await entries()).toBe(before);
    await setRules("");
    const { position } = await log.append(request());
    expect(position.offset).toBe(before + 1);
  });

  test("after its first write is `timeout`, as it may have been written", async () => {
    await openAs("-hset");
    const before = await entries();
    await expect(log.append(request())).rejects.toMatchObject({ code: "timeout", retryable: true });
    expect(await entries()).toBe(before + 1);
  });

  test("does not show callers what Redis said, only its code", async () => {
    await openAs("-xadd");
    const error = (await log.append(request()).catch((refused: unknown) => refused)) as Error;
    expect(error.message).toMatch(/^nothing was written: Redis refused it \([A-Z]+\)$/);
    expect((error.cause as Error).message).toMatch(/user|ACL/);
  });

  test("because another script hangs is `unavailable`, and nothing was written", async () => {
    await openAs("");
    const before = await entries();
    await admin.configSet("busy-reply-threshold", "1");
    const hanging = await logs.admin(redis.url);
    const killed = hanging.eval("while true do end").catch(() => undefined);
    await waitUntil("Redis is busy", () =>
      admin.ping().then(
        () => false,
        () => true,
      ),
    );
    await expect(log.append(request())).rejects.toMatchObject({ code: "unavailable" });
    await admin.sendCommand(["SCRIPT", "KILL"]);
    await killed;
    expect(await entries()).toBe(before);
  });

  test("for want of replicas is `unavailable`, and nothing was written", async () => {
    await openAs("");
    const before = await entries();
    await admin.configSet("min-replicas-to-write", "1");
    await expect(log.append(request())).rejects.toMatchObject({ code: "unavailable" });
    await admin.configSet("min-replicas-to-write", "0");
    expect(await entries()).toBe(before);
  });
});

describe("an append of which Redis refuses a part", () => {
  test("a push that is refused fails no append; it is told once, and when it works again", async () => {
    await openAs("resetchannels");
    const recorder = await Recorder.of(await logs.open(redis.url, { keyPrefix: prefix, heartbeatMs: 100 }));
    const sent = [request(), request(), request()];
    for (const one of sent) await log.append(one);
    await recorder.until(() => recorder.entries.length === 3);
    expect(ids(recorder.entries)).toEqual(sent.map(({ id }) => id));
    expect(log.refused).toMatch(/^PUBLISH .*(user|ACL)/);
    await setRules("");
    await log.append(request());
    expect(log.refused).toBeUndefined();
    // A busy machine may also answer a heartbeat late, which is told too.
    const told = logs.errors.map(({ message }) => message).filter((message) => message.includes("append"));
    expect(told).toEqual([
      expect.stringMatching(/^Redis refuses a command of an append: PUBLISH /),
      "Redis accepts every command of an append again",
    ]);
  });

  test("a clock that cannot be written fails no append, and proves nothing of quiet rooms", async () => {
    log = await logs.open(redis.url, { keyPrefix: prefix, heartbeatMs: 60_000 });
    await admin.set(`${prefix}{p0}:clock`, "a string");
    const idempotency = { key: "k", fingerprint: "f" };
    const first = await log.append(request(["project:1"], { idempotency }));
    expect(log.refused).toMatch(/^ZADD WRONGTYPE/);
    expect(await log.append(request(["project:1"], { idempotency }))).toEqual({ ...first, duplicate: true });
    expect(await log.history("project:1", { after: 0, limit: 10 })).toMatchObject({ complete: true });
  });
});
