import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import type { RedisEventLog } from "@roomcast/event-log";
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
  prefix = `damage:${count++}:{p0}:`;
  log = await logs.open(redis.url, { keyPrefix: prefix.slice(0, -"{p0}:".length), heartbeatMs: 60_000 });
});
afterEach(() => logs.closeAll());
afterAll(async () => {
  await admin.close();
  await redis.stop();
});

test("SEC-40 an unreadable entry in the log is skipped and reported; what follows is delivered", async () => {
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

test("SEC-40 an unreadable push is skipped and reported", async () => {
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

describe("SEC-51 entries of another hand, ahead of what the log has counted,", () => {
  test.each([
    ["close", (offset: number) => `${offset + 1}-5`],
    ["as far ahead as a clock", () => "1764367609000-0"],
    ["further than any position", () => "18446744073709551615-18446744073709551615"],
  ])("%s: nobody is refused, a new epoch begins behind them, and it is said once", async (_what, idAfter) => {
    const recorder = await Recorder.of(log);
    const toldBefore = logs.errors.length;
    const { position: before } = await log.append(request());
    await admin.xAdd(`${prefix}log`, idAfter(before.offset), { e: "garbage" });
    const later = [request(), request(["project:2"])];
    const [first, second] = await Promise.all(later.map((one) => log.append(one)));
    expect(first?.position.epoch).not.toBe(before.epoch);
    expect(second?.position).toEqual({ ...first?.position, offset: (first?.position.offset ?? 0) + 1 });
    expect(Number.isSafeInteger(second?.position.offset)).toBe(true);
    await log.append(request());
    const told = logs.errors.slice(toldBefore).map(({ message }) => message);
    expect(told.filter((message) => message.includes("no append wrote"))).toHaveLength(1);
    await recorder.until(({ entries }) => later.every(({ id }) => ids(entries).includes(id)));
    expect(await log.history("project:1", { after: before.offset, limit: 10 })).toMatchObject({
      complete: true,
    });
  });

  test("and deleted: the place they had is passed as well", async () => {
    const { position } = await log.append(request());
    const stray = `${position.offset + 10}-0`;
    await admin.xAdd(`${prefix}log`, stray, { e: "garbage" });
    await admin.xDel(`${prefix}log`, stray);
    expect((await log.append(request())).position.offset).toBe(position.offset + 11);
  });

  test("in a history: it begins anew, and what is older is told as lost", async () => {
    await log.append(request());
    const { position } = await log.append(request());
    await admin.xAdd(`${prefix}history:project:1`, "99999-0", { e: "garbage", p: "0" });
    const after = request();
    await log.append(after);
    const { offset } = position;
    const slice = await log.history("project:1", { after: offset, limit: 10 });
    expect([ids(slice.entries), slice.complete]).toEqual([[after.id], true]);
    expect(await log.history("project:1", { after: offset - 1, limit: 10 })).toMatchObject({
      complete: false,
    });
  });
});

test("SEC-51 a caller is not shown what Redis said", async () => {
  await admin.set(`${prefix}clock`, "a string");
  await admin.del(`${prefix}meta`);
  await admin.set(`${prefix}meta`, "a string");
  const refusal: unknown = await log.append(request()).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "unavailable" });
  expect((refusal as Error).message).not.toMatch(/script|user_script|operation against/i);
  expect(String((refusal as Error).cause)).toMatch(/WRONGTYPE/);
});
