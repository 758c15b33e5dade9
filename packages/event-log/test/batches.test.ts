import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import type { AppendRequest, RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let admin: ReturnType<typeof createClient>;
let log: RedisEventLog;
let prefix: string;
let count = 0;
beforeAll(async () => {
  redis = await startRedis();
  admin = createClient({ url: redis.url });
  await admin.connect();
});
beforeEach(async () => {
  prefix = `batches:${count++}:`;
  log = await logs.open(redis.url, { keyPrefix: prefix, heartbeatMs: 60_000 });
});
afterEach(() => logs.closeAll());
afterAll(async () => {
  await admin.close();
  await redis.stop();
});

/** How often Redis ran a command since the last reset of its counters. */
async function callsOf(command: string): Promise<number> {
  const stats = await admin.info("commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

async function appendAll(requests: readonly AppendRequest[]) {
  const appended = await Promise.all(requests.map((one) => log.append(one)));
  return appended.map(({ position }) => position.offset);
}

test("appends made at once are few scripts and few pushes, and each is answered with its own place", async () => {
  const recorder = await Recorder.of(log);
  await admin.configResetStat();
  const sent = Array.from({ length: 1_000 }, (_, n) => request([`project:${n % 7}`]));
  const offsets = await appendAll(sent);
  const first = offsets[0] ?? 0;
  expect(offsets).toEqual(sent.map((_, n) => first + n));
  expect(await callsOf("evalsha")).toBe(4);
  expect(await callsOf("publish")).toBe(4);
  await recorder.until(({ entries }) => entries.length === 1_000);
  expect(ids(recorder.entries)).toEqual(sent.map(({ id }) => id));
  expect(await callsOf("xrange")).toBe(0);
});

test("an append that finds nothing under way does not wait for others", async () => {
  await log.append(request());
  await admin.configResetStat();
  for (let n = 0; n < 5; n++) await log.append(request());
  expect(await callsOf("evalsha")).toBe(5);
});

test("large entries are spread over several scripts, in order", async () => {
  await admin.configResetStat();
  const json = JSON.stringify({ id: "large", padding: "x".repeat(300_000) });
  const offsets = await appendAll(Array.from({ length: 10 }, () => request(["project:1"], { json })));
  expect(offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await callsOf("evalsha")).toBe(4);
});

test("a history that cannot be written fails its own entries alone", async () => {
  await admin.set(`${prefix}{p0}:history:project:bad`, "a string");
  const recorder = await Recorder.of(log);
  const sent = [request(["project:1"]), request(["project:bad"]), request(["project:2"])];
  const outcomes = await Promise.allSettled(sent.map((one) => log.append(one)));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({ reason: { code: "timeout", retryable: true } });
  await recorder.until(({ entries }) => entries.length === 3);
  expect(ids(recorder.entries)).toEqual(sent.map(({ id }) => id));
  expect((await log.history("project:2", { after: 0, limit: 10 })).entries).toHaveLength(1);
});

test("pushes that come again, late, or before their turn: nothing doubled, missed or out of order", async () => {
  const channel = `${prefix}{p0}:entries`;
  const pushes: string[] = [];
  const listener = await admin.duplicate().connect();
  await listener.subscribe(channel, (push) => pushes.push(push));
  const sent = Array.from({ length: 600 }, () => request());
  await appendAll(sent);
  const recorder = await Recorder.of(log);
  const later = Array.from({ length: 600 }, () => request());
  await appendAll(later);
  for (const push of [...pushes, ...pushes.toReversed()]) await admin.publish(channel, push);
  // Its first part is the past, its second lies ahead of everything.
  const { epoch, offset } = recorder.follower.position;
  const past = pushes.at(-1)?.split("\x1e")[0];
  await admin.publish(
    channel,
    `${past}\x1e${offset + 5} ${epoch} 1 e project.updated project:1 {"id":"ahead"}`,
  );
  const last = request();
  await log.append(last);
  await recorder.until(({ entries }) => ids(entries).includes(last.id));
  expect(ids(recorder.entries)).toEqual([...later, last].map(({ id }) => id));
  expect(recorder.breaks).toEqual([]);
  await listener.close();
});
