import { afterEach, describe, expect, test } from "@jest/globals";
import { type SentinelGroup, startSentinelGroup, waitUntil } from "@roomcast/testkit";

let group: SentinelGroup | undefined;

afterEach(() => group?.stop());

describe("startSentinelGroup", () => {
  test("names every Sentinel in its URL and begins with the first server as master", async () => {
    group = await startSentinelGroup({ sentinels: 2 });
    const ports = group.sentinels.map(({ port }) => port);
    expect(group.url).toBe(`redis+sentinel://127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}/mymaster`);
    expect(await group.master()).toBe(group.servers[0]);
  });

  test("promotes a replica when the master is killed, and takes the old one back", async () => {
    group = await startSentinelGroup({ replicas: 2 });
    const { master, servers } = { master: () => (group as SentinelGroup).master(), servers: group.servers };
    const first = await master();
    await first.kill();
    await waitUntil("another master", async () => (await master()) !== first);
    const second = await master();
    expect(servers).toContain(second);
    await first.restart();
    expect(await master()).toBe(second);
  });
});
