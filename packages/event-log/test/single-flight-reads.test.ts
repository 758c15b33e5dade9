import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import {
  type HistoryRange,
  type HistorySlice,
  MemoryEventLog,
  type RedisEventLog,
} from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { Random, type RedisServer, startRedis, TcpProxy, waitUntil } from "@roomcast/testkit";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let admin: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await startRedis();
  admin = createClient({ url: redis.url });
  await admin.connect();
});
beforeEach(() => admin.sendCommand(["CONFIG", "RESETSTAT"]));
afterAll(async () => {
  await logs.closeAll();
  await admin.close();
  await redis.stop();
});

/** Without the one that fails, by which each connection learns at its start whether the user may do it. */
async function countOf(command: "xrange" | "xrevrange"): Promise<number> {
  const stats = await admin.info("commandstats");
  const [, calls = 0, failed = 0] =
    new RegExp(`cmdstat_${command}:calls=(\\d+),.*failed_calls=(\\d+)`).exec(stats) ?? [];
  return Number(calls) - Number(failed);
}

async function askTogether(log: RedisEventLog, ranges: HistoryRange[]): Promise<HistorySlice[]> {
  return Promise.all(ranges.map((range) => log.history("project:1", range)));
}

async function askAlone(
  log: RedisEventLog | MemoryEventLog,
  ranges: HistoryRange[],
): Promise<HistorySlice[]> {
  const slices: HistorySlice[] = [];
  for (const range of ranges) slices.push(await log.history("project:1", range));
  return slices;
}

function comparable(slices: HistorySlice[]): unknown {
  return slices.map((slice) => ({
    ...slice,
    entries: slice.entries.map(({ offset, json }) => [offset, json]),
  }));
}

describe("100 callers at once", () => {
  test("with positions and ends of their own share one read, and those who come meanwhile the next", async () => {
    const log = await logs.open(redis.url);
    await Promise.all(Array.from({ length: 600 }, () => log.append(request())));
    const ranges = Array.from({ length: 100 }, (_, n) => ({
      after: 300 + n,
      until: 550 + (n % 50),
      limit: 500,
    }));
    const [now, meanwhile] = [ranges.slice(0, 50), ranges.slice(50)];
    const first = askTogether(log, now);
    await new Promise((resolve) => setImmediate(resolve));
    const slices = [...(await Promise.all([first, askTogether(log, meanwhile)]))].flat();
    expect(await countOf("xrange")).toBe(2);
    expect(comparable(slices)).toEqual(comparable(await askAlone(log, ranges)));
    const lengths = slices.map(({ entries }) => entries.length);
    expect(lengths).toEqual(ranges.map(({ after, until }) => until - after));
  });

  const cases = [
    { title: "the whole history", appended: 400, maxEvents: 1_000, maxLimit: 500, mostReads: 2 },
    { title: "a trimmed history", appended: 400, maxEvents: 150, maxLimit: 500, mostReads: 2 },
    { title: "small limits", appended: 400, maxEvents: 1_000, maxLimit: 5, mostReads: 9 },
    {
      title: "small limits of a long history",
      appended: 3_000,
      maxEvents: 2_500,
      maxLimit: 30,
      mostReads: 12,
    },
    {
      title: "large limits of a long history",
      appended: 3_000,
      maxEvents: 2_500,
      maxLimit: 500,
      mostReads: 7,
    },
  ];
  test.each(cases)("have what each would have alone: $title", async (one) => {
    const { appended, maxEvents, maxLimit, mostReads } = one;
    const random = new Random(appended + maxLimit);
    const history = { project: { maxEvents, maxAgeMs: 60_000 } };
    const log = await logs.open(redis.url, { history });
    const memory = new MemoryEventLog({ history });
    const rooms: RoomName[][] = [["project:1"], ["project:1", "project:2"], ["project:2"]];
    const requests = Array.from({ length: appended }, () => request(random.pick(rooms)));
    for (const one of requests) void memory.append(one);
    await Promise.all(requests.map((one) => log.append(one)));
    const ranges = Array.from({ length: 100 }, (): HistoryRange => {
      const after = random.between(0, appended + 5);
      const until = random.pick([undefined, random.between(0, appended + 5), after + random.between(0, 50)]);
      return { after, limit: random.between(1, maxLimit + 1), ...(until !== undefined && { until }) };
    });
    const slices = await askTogether(log, ranges);
    expect(await countOf("xrange")).toBeLessThanOrEqual(mostReads);
    expect(comparable(slices)).toEqual(comparable(await askAlone(log, ranges)));
    expect(comparable(slices)).toEqual(comparable(await askAlone(memory, ranges)));
  });

  test("one of them from far back: the others' part is read once more, and not again for each", async () => {
    const log = await logs.open(redis.url, { history: { project: { maxEvents: 5_000, maxAgeMs: 60_000 } } });
    await Promise.all(Array.from({ length: 3_000 }, () => log.append(request())));
    const near = Array.from({ length: 99 }, (_, n) => ({ after: 2_900 + n, until: 3_000, limit: 500 }));
    const slices = await askTogether(log, [...near, { after: 0, until: 3_000, limit: 500 }]);
    expect(slices.map(({ entries }) => entries.length)).toEqual([
      ...near.map(({ after }) => 3_000 - after),
      500,
    ]);
    expect(slices.at(-1)).toMatchObject({ complete: true, more: true });
    expect(await countOf("xrange")).toBe(2);
  });

  test("who want the newest share a read too", async () => {
    const log = await logs.open(redis.url);
    const ranges = [{ limit: 50 }, { limit: 5 }, { limit: 6 }, { limit: 3 }];
    const nothing = { entries: [], complete: true, more: false };
    expect(await askTogether(log, ranges)).toEqual(ranges.map(() => nothing));
    for (let n = 0; n < 6; n++) await log.append(request());
    await admin.sendCommand(["CONFIG", "RESETSTAT"]);
    const slices = await askTogether(log, ranges);
    expect(await countOf("xrevrange")).toBe(1);
    expect(slices.map(({ entries }) => entries.map(({ offset }) => offset))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
      [4, 5, 6],
    ]);
    expect(slices.map(({ complete }) => complete)).toEqual([true, false, false, false]);
  });
});

test("a call that comes while a read is under way has what was appended before the call", async () => {
  const link = await TcpProxy.start(redis.port);
  const options = { keyPrefix: "under-way:", commandTimeoutMs: 20_000 };
  const publisher = await logs.open(redis.url, options);
  const log = await logs.open(`redis://127.0.0.1:${link.port}`, options);
  const json = JSON.stringify({ id: "x".repeat(10_000) });
  for (let n = 0; n < 100; n++) await publisher.append(request(["project:1"], { json }));
  await admin.sendCommand(["CONFIG", "RESETSTAT"]);
  link.throttle(50_000);
  const early = log.history("project:1", { after: 50, limit: 100 });
  await waitUntil("the read", async () => (await countOf("xrange")) === 1);
  const added = request();
  await publisher.append(added);
  const late = log.history("project:1", { after: 50, limit: 100 });
  link.throttle(undefined);
  expect((await early).entries).toHaveLength(50);
  const { entries } = await late;
  expect(entries).toHaveLength(51);
  expect(ids(entries.slice(-1))).toEqual([added.id]);
  await logs.closeAll();
  await link.stop();
});

describe("errors", () => {
  async function codes(slices: Promise<HistorySlice>[]): Promise<unknown[]> {
    const settled = await Promise.allSettled(slices);
    return settled.map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "ok"));
  }

  test("each caller has one of its own, and calls after it are served", async () => {
    const log = await logs.open(redis.url, { keyPrefix: "wrong:" });
    const key = "wrong:{p0}:history:project:1";
    await admin.set(key, "a string");
    const ask = (after: number) => log.history("project:1", { after, limit: 10 });
    const failed = await Promise.allSettled([ask(0), ask(1), log.history("project:1", { limit: 1 })]);
    const reasons = failed.map((one) => one.status === "rejected" && (one.reason as unknown));
    for (const reason of reasons) expect(reason).toMatchObject({ code: "unavailable", retryable: true });
    expect(new Set(reasons).size).toBe(3);
    await admin.del(key);
    expect(await codes([ask(0), ask(1), log.history("project:1", { limit: 1 })])).toEqual(["ok", "ok", "ok"]);
  });

  test("a Redis that hangs: who waits for the read and who waits for the next fail in time", async () => {
    const errors: Error[] = [];
    const link = await TcpProxy.start(redis.port);
    const commandTimeoutMs = 3_000;
    const log = await logs.open(`redis://127.0.0.1:${link.port}`, {
      commandTimeoutMs,
      onError: (error) => errors.push(error),
    });
    await log.append(request());
    const ask = (after: number) => log.history("project:1", { after, limit: 10 });
    link.cut();
    const began = performance.now();
    const first = [ask(0), ask(1)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(await codes([...first, ask(0), ask(1)])).toEqual(Array(4).fill("unavailable"));
    expect(performance.now() - began).toBeLessThan(1.9 * commandTimeoutMs);
    await waitUntil("the loss of the hung connection", () => errors.length > 0);
    link.heal();
    await waitUntil("a new connection", async () => (await codes([ask(0)]))[0] === "ok");
    await logs.closeAll();
    await link.stop();
  });
});
