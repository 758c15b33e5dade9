import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { HoldingLink } from "./support/holding-link.ts";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let link: HoldingLink;
let log: RedisEventLog;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  link = await HoldingLink.start(redis.port);
  log = await logs.open(link.url, { heartbeatMs: 60_000, commandTimeoutMs: 1_000 });
});
afterEach(async () => {
  await logs.closeAll();
  await link.stop();
});
afterAll(() => redis.stop());

const large = () => request(["project:1"], { json: JSON.stringify({ padding: "x".repeat(300_000) }) });

async function codesOf(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((one) =>
    one.status === "fulfilled" ? "written" : (one.reason as { code: string }).code,
  );
}

async function offsetsOf(calls: ReturnType<RedisEventLog["append"]>[]): Promise<number[]> {
  return (await Promise.all(calls)).map(({ position }) => position.offset);
}

test("behind a batch whose fate is unknown nothing is written that was called before that was told", async () => {
  link.loseNextScript();
  const codes = await codesOf(Array.from({ length: 8 }, () => log.append(large())));
  expect(codes).toEqual([...Array(3).fill("timeout"), ...Array(5).fill("unavailable")]);
  expect(await offsetsOf([log.append(request()), log.append(request())])).toEqual([1, 2]);
});

test("a batch that arrives after it was given up is refused once others are written", async () => {
  const recorder = await Recorder.of(log);
  await log.append(request());
  link.holdNextScript();
  const [lost, behind] = [log.append(request()), log.append(large())];
  expect(await codesOf([lost, behind])).toEqual(["timeout", "timeout"]);
  const later = request();
  const { position } = await log.append(later);
  link.release();
  await log.append(request());
  const last = await log.append(request());
  expect(last.position.offset).toBe(position.offset + 2);
  await recorder.until(() => recorder.follower.position.offset === last.position.offset);
  expect(ids(recorder.entries)).toHaveLength(4);
});

test("a batch that Redis refuses takes along what waits behind it", async () => {
  await log.close();
  log = await logs.open(redis.url, { heartbeatMs: 60_000, keyPrefix: "refusing:" });
  const admin = await logs.admin(redis.url);
  await admin.set("refusing:{p0}:log", "a string");
  const calls = Array.from({ length: 8 }, () => log.append(large()));
  const first = calls[0] as Promise<unknown>;
  const cured = first.catch(() => admin.del("refusing:{p0}:log"));
  expect(new Set(await codesOf(calls))).toEqual(new Set(["unavailable"]));
  await cured;
  expect(await offsetsOf([log.append(request())])).toEqual([1]);
});

test("`replicated_if_any` is answered at once where there is no replica, `replicated` is `not_replicated`", async () => {
  const [one, other] = [request([], { ack: "replicated_if_any" }), request([], { ack: "replicated" })];
  expect(await codesOf([log.append(one), log.append(other)])).toEqual(["written", "not_replicated"]);
  expect((await log.head()).offset).toBe(2);
});
