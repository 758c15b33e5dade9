import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { createClient } from "redis";
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
  prefix = `damage:${count++}:{p0}:`;
  log = await logs.open(redis.url, { keyPrefix: prefix.slice(0, -"{p0}:".length), heartbeatMs: 60_000 });
});
afterEach(() => logs.closeAll());
afterAll(async () => {
  await admin.close();
  await redis.stop();
});

test("an unreadable entry in the log is skipped and reported; what follows is delivered", async () => {
  const recorder = await Recorder.of(log);
  const first = await log.append(request());
  const { offset } = first.position;
  await admin.xAdd(`${prefix}log`, `${offset + 1}-0`, { e: "garbage" });
  await admin.hSet(`${prefix}meta`, "offset", String(offset + 1));
  const after = request();
  await log.append(after);
  await recorder.until(({ entries }) => ids(entries).includes(after.id));
  expect(recorder.entries).toHaveLength(2);
  expect(logs.errors.some(({ message }) => message.includes("unreadable"))).toBe(true);
});

test("an unreadable push is skipped and reported", async () => {
  const recorder = await Recorder.of(log);
  for (const garbage of ["", "x", "1 2 3", "9 e 1 z t - {}", "{}"])
    await admin.publish(`${prefix}entries`, garbage);
  const after = request();
  await log.append(after);
  await recorder.until(({ entries }) => ids(entries).includes(after.id));
  expect(recorder.breaks).toEqual([]);
});

test("an unreadable entry in a history makes it incomplete, not wrong", async () => {
  const { position } = await log.append(request());
  await admin.xAdd(`${prefix}history:project:1`, `${position.offset + 1}-0`, {
    e: "garbage",
    p: String(position.offset),
  });
  await admin.hSet(`${prefix}meta`, "offset", String(position.offset + 1));
  await admin.set(`${prefix}head:project:1`, `${position.offset + 1} 0`);
  const after = request();
  await log.append(after);
  const slice = await log.history("project:1", { after: position.offset, limit: 10 });
  expect(slice).toMatchObject({ complete: false });
  expect(ids(slice.entries)).toEqual([after.id]);
});

test("a lost history is incomplete up to the room's newest event", async () => {
  const { position } = await log.append(request());
  await admin.del(`${prefix}history:project:1`);
  const [before, after] = [position.offset - 1, position.offset];
  const nothing = { entries: [], more: false };
  expect(await log.history("project:1", { after: before, limit: 10 })).toEqual({
    ...nothing,
    complete: false,
  });
  expect(await log.history("project:1", { after, limit: 10 })).toEqual({ ...nothing, complete: true });
});

test("a lost meta hash begins a new epoch after what the log still holds", async () => {
  await log.append(request());
  const { position: before } = await log.append(request());
  await admin.del(`${prefix}meta`);
  const { position } = await log.append(request());
  expect(position.offset).toBe(before.offset + 1);
  expect(position.epoch).not.toBe(before.epoch);
});

test("a key of another type is a typed error and no crash", async () => {
  await admin.set(`${prefix}history:project:7`, "a string");
  await expect(log.append(request(["project:7"]))).rejects.toMatchObject({ retryable: true });
  await expect(log.history("project:7", { after: 0, limit: 1 })).rejects.toMatchObject({
    code: "unavailable",
  });
  await log.append(request(["project:8"]));
});
