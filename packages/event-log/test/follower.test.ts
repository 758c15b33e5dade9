import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RedisServer, startRedis, TcpProxy } from "@roomcast/testkit";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
let link: TcpProxy;
let publisher: RedisEventLog;
let replica: RedisEventLog;
beforeEach(async () => {
  redis = await startRedis();
  link = await TcpProxy.start(redis.port);
  const options = { keyPrefix: `test:${randomUUID()}:`, maxEntries: 200, heartbeatMs: 300 };
  publisher = await logs.open(redis.url, options);
  replica = await logs.open(`redis://127.0.0.1:${link.port}`, options);
});
afterEach(async () => {
  link.heal();
  await logs.closeAll();
  await link.stop();
  await redis.stop();
});

async function append(count: number): Promise<string[]> {
  const sent = Array.from({ length: count }, () => request());
  await Promise.all(sent.map((one) => publisher.append(one)));
  return sent.map(({ id }) => id);
}

test("a link that was cut and heals: everything is delivered, in order and once", async () => {
  const recorder = await Recorder.of(replica);
  const before = await append(5);
  await recorder.until(({ entries }) => entries.length === 5);
  link.cut();
  const meanwhile = await append(50);
  await recorder.until(({ isConnected }) => !isConnected);
  link.heal();
  await recorder.until(({ isConnected }) => isConnected);
  const after = await append(5);
  await recorder.until(({ entries }) => entries.length >= 60);
  expect(ids(recorder.entries)).toEqual([...before, ...meanwhile, ...after]);
  expect(recorder.breaks).toEqual([]);
});

test("a link that heals under steady traffic: the log counts as heard again without a pause in it", async () => {
  const recorder = await Recorder.of(replica);
  const appends: Promise<string[]>[] = [];
  const traffic = setInterval(() => appends.push(append(1)), 20);
  try {
    link.cut();
    await recorder.until(({ isConnected }) => !isConnected);
    link.heal();
    await recorder.until(({ isConnected }) => isConnected);
  } finally {
    clearInterval(traffic);
    await Promise.all(appends);
  }
});

test("fallen behind what the log keeps: told from where to where entries are missing, then goes on in order", async () => {
  const recorder = await Recorder.of(replica);
  await append(5);
  await recorder.until(({ entries }) => entries.length === 5);
  const { offset: last } = recorder.follower.position;
  link.cut();
  await recorder.until(({ isConnected }) => !isConnected);
  const missed = await append(1_000);
  // Else the pushes that wait in the link would bring everything after all.
  const admin = await createClient({ url: redis.url }).connect();
  await admin.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
  await admin.close();
  link.sever();
  link.heal();
  await recorder.until(({ isConnected }) => isConnected);
  const after = await append(5);
  await recorder.until(({ entries }) => ids(entries).includes(after.at(-1) ?? ""));
  const [onDiscontinuity, ...others] = recorder.breaks;
  expect(others).toEqual([]);
  expect(onDiscontinuity?.reason).toBe("trimmed");
  expect(onDiscontinuity?.cut).toBeGreaterThanOrEqual(last);
  const seen = ids(recorder.entries).slice(5);
  const [first] = seen;
  expect(seen).toEqual([...missed, ...after].slice([...missed, ...after].indexOf(first ?? "")));
  expect(recorder.entries[5]?.offset).toBe((onDiscontinuity?.resumeAt ?? 0) + 1);
});
