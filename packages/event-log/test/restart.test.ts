import { afterEach, describe, expect, test } from "@jest/globals";
import { createClient } from "@redis/client";
import { validatePosition } from "@roomcast/event-log";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let redis: RedisServer;
afterEach(async () => {
  await logs.closeAll();
  await redis.stop();
});

async function crash(): Promise<void> {
  await redis.kill("SIGKILL");
  await redis.restart();
}

describe("when Redis crashes and starts again", () => {
  test("without persistence, everyone is told that the epoch has ended, and the log goes on", async () => {
    redis = await startRedis();
    const log = await logs.open(redis.url);
    const recorder = await Recorder.of(log);
    const { position } = await log.append(request());
    await recorder.until(({ entries }) => entries.length === 1);
    await crash();
    await recorder.until(({ breaks, isConnected }) => breaks.length === 1 && isConnected);
    expect(recorder.breaks[0]).toMatchObject({ reason: "epoch" });
    expect(validatePosition(position, await log.head())).toBe("epoch");
    const after = request();
    await log.append(after);
    await recorder.until(({ entries }) => entries.length === 2);
    expect(ids(recorder.entries)[1]).toBe(after.id);
    expect(recorder.breaks).toHaveLength(1);
  });

  test("with an append-only file, nothing acknowledged is lost and nobody is disturbed", async () => {
    redis = await startRedis({ appendOnly: true, args: ["--appendfsync", "always"] });
    const log = await logs.open(redis.url);
    const recorder = await Recorder.of(log);
    const before = Array.from({ length: 20 }, () => request());
    const appended = await Promise.all(before.map((one) => log.append(one)));
    // It may be back before the crash has been seen through.
    const lost = recorder.until(({ isConnected }) => !isConnected);
    await crash();
    await lost;
    await recorder.until(({ isConnected }) => isConnected);
    const after = request();
    await log.append(after);
    await recorder.until(({ entries }) => entries.length === 21);
    expect(ids(recorder.entries)).toEqual([...before, after].map(({ id }) => id));
    expect(recorder.breaks.map(({ reason }) => reason)).toEqual(["unheard"]);
    const head = await log.head();
    expect(head.epochs.length).toBe(2);
    for (const { position } of appended) expect(validatePosition(position, head)).toBeUndefined();
    const slice = await log.history("project:1", { after: appended[4]?.position.offset ?? 0, limit: 100 });
    expect(slice.complete).toBe(true);
    expect(ids(slice.entries)).toEqual([...before, after].slice(5).map(({ id }) => id));
  });

  test("from a snapshot, exactly those who saw what was rolled back are told so", async () => {
    redis = await startRedis();
    const log = await logs.open(redis.url);
    const recorder = await Recorder.of(log);
    const kept = await Promise.all(Array.from({ length: 5 }, () => log.append(request())));
    const admin = await createClient({ url: redis.url }).connect();
    await admin.sendCommand(["SAVE"]);
    await admin.close();
    const lost = await Promise.all(Array.from({ length: 3 }, () => log.append(request())));
    await recorder.until(({ entries }) => entries.length === 8);
    await crash();
    await recorder.until(({ breaks, isConnected }) => breaks.length === 1 && isConnected);
    const { cut } = recorder.breaks[0] ?? {};
    expect(recorder.breaks[0]).toMatchObject({ reason: "diverged", resumeAt: cut });
    expect(cut).toBeGreaterThanOrEqual(kept.at(-1)?.position.offset ?? 0);
    const head = await log.head();
    for (const { position } of kept) expect(validatePosition(position, head)).toBeUndefined();
    // A heartbeat may have been saved, or written since, at one of their offsets: those of the old epoch are gone.
    for (const { position } of lost) expect(validatePosition(position, head)).toBe("diverged");
    const after = request();
    const { position } = await log.append(after);
    expect(position.epoch).not.toBe(lost[0]?.position.epoch);
    await recorder.until(({ entries }) => ids(entries).includes(after.id));
  });
});
