import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { validatePosition } from "@roomcast/event-log";
import { type SentinelGroup, startSentinelGroup } from "@roomcast/testkit";
import { Publisher } from "./support/publisher.ts";
import { Recorder } from "./support/recorder.ts";
import { RedisLogs } from "./support/redis-log.ts";
import { ids, request } from "./support/requests.ts";

const logs = new RedisLogs();
let group: SentinelGroup;
beforeEach(async () => {
  group = await startSentinelGroup({ replicas: 1, sentinels: 1 });
}, 30_000);
afterEach(async () => {
  await logs.closeAll();
  await group.stop();
}, 30_000);

describe("with Sentinel", () => {
  test.each(["SIGKILL", "SIGSTOP"] as const)(
    "a master that is gone (%s) is replaced; who saw what the new one lacks is told",
    async (signal) => {
      const log = await logs.open(group.url);
      const recorder = await Recorder.of(log);
      const publisher = new Publisher(log);
      await recorder.until(() => publisher.acked.length > 20);
      const old = await group.master();
      await old.kill(signal);
      const before = publisher.acked.length;
      await recorder.until(() => publisher.acked.length > before + 20, 30_000);
      if (signal === "SIGSTOP") await old.kill("SIGCONT");
      await publisher.stop();
      const last = request();
      const { position } = await log.append(last);
      await recorder.until(({ entries }) => ids(entries).includes(last.id));
      const head = await log.head();
      expect(head.epochs.length).toBeGreaterThan(1);
      expect(validatePosition(position, head)).toBeUndefined();
      const seen = ids(recorder.entries);
      const lost = publisher.acked.filter((id) => !seen.includes(id));
      expect(lost).toEqual([]);
      const reasons = recorder.breaks.map(({ reason }) => reason);
      if (new Set(seen).size < seen.length) expect(reasons[0]).toBe("diverged");
      for (const reason of reasons) expect(["diverged", "unheard"]).toContain(reason);
    },
    60_000,
  );

  test("`replicated` resolves when a replica has the entry, and fails typed when none does", async () => {
    const log = await logs.open(group.url, { commandTimeoutMs: 1_500 });
    await log.append({ ...request(), ack: "replicated" });
    const master = await group.master();
    const replica = group.servers.find((server) => server !== master);
    await replica?.kill("SIGSTOP");
    const one = { ...request(), ack: "replicated" as const, idempotency: { key: "k", fingerprint: "f" } };
    await expect(log.append(one)).rejects.toMatchObject({ code: "not_replicated", retryable: true });
    const ifAny = log.append(request([], { ack: "replicated_if_any" }));
    await expect(ifAny).rejects.toMatchObject({ code: "not_replicated" });
    await log.append(request());
    await replica?.kill("SIGCONT");
    const again = await log.append(one);
    expect(again).toMatchObject({ id: one.id, duplicate: true });
    expect(await log.append({ ...request(), ack: "replicated_if_any" })).toMatchObject({ duplicate: false });
  }, 30_000);
});
