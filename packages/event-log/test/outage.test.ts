import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { Publisher } from "./support/publisher.ts";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let log: RedisEventLog;
let recorder: Recorder;
beforeEach(async () => {
  redis = await startRedis();
  log = await logs.open(redis.url, { maxPending: 50, commandTimeoutMs: 2_000 });
  recorder = await Recorder.of(log);
});
afterEach(async () => {
  await logs.closeAll();
  await redis.stop();
});

async function admin(...commands: string[][]): Promise<void> {
  const client = await createClient({ url: redis.url }).connect();
  for (const command of commands) await client.sendCommand(command);
  await client.close();
}

async function expectEachOnceAndInOrder(publishers: Publisher[]): Promise<void> {
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  const acked = publishers.flatMap((publisher) => publisher.acked);
  await recorder.until(({ entries }) => entries.length >= acked.length);
  const seen = ids(recorder.entries);
  expect(new Set(seen)).toEqual(new Set(acked));
  expect(seen.length).toBe(acked.length);
  for (const publisher of publishers) {
    const mine = new Set(publisher.acked);
    expect(seen.filter((id) => mine.has(id))).toEqual(publisher.acked);
  }
  expect(recorder.breaks).toEqual([]);
}

test("a Redis that hangs: calls fail typed in time, too many are refused, retries leave no duplicate", async () => {
  await redis.kill("SIGSTOP");
  const one = { ...request(), idempotency: { key: "k", fingerprint: "f" } };
  const failed = await Promise.allSettled([
    log.append(one),
    ...Array.from({ length: 80 }, () => log.append(request())),
  ]);
  const codes = failed.map((one) =>
    one.status === "rejected" ? (one.reason as { code: string }).code : "ok",
  );
  expect(codes[0]).toBe("timeout");
  expect(new Set(codes)).toEqual(new Set(["timeout", "overloaded"]));
  await recorder.until(({ isConnected }) => !isConnected);
  await redis.kill("SIGCONT");
  await recorder.until(({ isConnected }) => isConnected);
  await log.append(one);
  await recorder.until(({ entries }) => ids(entries).includes(one.id));
  await log.append(request());
  await recorder.until(({ entries }) => entries.length > 1);
  expect(ids(recorder.entries).filter((id) => id === one.id)).toHaveLength(1);
  expect(new Set(ids(recorder.entries)).size).toBe(recorder.entries.length);
  expect(recorder.breaks).toEqual([]);
});

test("every connection killed again and again: nothing lost, doubled or out of order", async () => {
  const publishers = Array.from({ length: 4 }, () => new Publisher(log));
  for (let n = 0; n < 5; n++) {
    const acked = publishers[0]?.acked.length ?? 0;
    await admin(["CLIENT", "KILL", "TYPE", "normal"], ["CLIENT", "KILL", "TYPE", "pubsub"]);
    await recorder.until(() => (publishers[0]?.acked.length ?? 0) > acked + 5);
  }
  await expectEachOnceAndInOrder(publishers);
});

test("a script cache that is emptied in the middle: nothing lost, doubled or out of order", async () => {
  const publishers = Array.from({ length: 4 }, () => new Publisher(log));
  for (let n = 0; n < 5; n++) {
    const acked = publishers[0]?.acked.length ?? 0;
    await admin(["SCRIPT", "FLUSH"]);
    await recorder.until(() => (publishers[0]?.acked.length ?? 0) > acked + 5);
  }
  await expectEachOnceAndInOrder(publishers);
  const burst = Array.from({ length: 40 }, () => request());
  const pending = burst.slice(0, 20).map((one) => log.append(one));
  await admin(["SCRIPT", "FLUSH"]);
  pending.push(...burst.slice(20).map((one) => log.append(one)));
  const offsets = (await Promise.all(pending)).map(({ position }) => position.offset);
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
});

test("no memory left: a typed error, nothing written, and it works again when there is", async () => {
  const before = await log.head();
  await admin(["CONFIG", "SET", "maxmemory", "1"]);
  await expect(log.append(request())).rejects.toMatchObject({ code: "unavailable", retryable: true });
  await admin(["CONFIG", "SET", "maxmemory", "0"]);
  const { position } = await log.append(request());
  expect(position.offset).toBeGreaterThan(before.offset);
  await recorder.until(({ entries }) => entries.length === 1);
  expect(recorder.breaks).toEqual([]);
});
