import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RoomName } from "@roomcast/events";
import { type Received, TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RewindableLog } from "./support/rewindable-log.ts";

const live: RoomName = "project:live";
const entered: RoomName = "project:entered";

describe("while the history of a room is read for a client", () => {
  let log: RewindableLog;
  let server: Embedded;
  let client: TestClient;
  let since: string;
  beforeEach(async () => {
    log = new RewindableLog();
    server = await startEmbedded({ log });
    client = await TestClient.connected(server.url, { token: testToken() });
    await client.subscribe(live, { filters: { updatedBy: "u1" } });
    since = (await announce(server, entered, { n: 0 })).position;
    await announce(server, entered, { n: 1 });
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test("WS-SUB-7 the live events of all its rooms wait, and follow in order", async () => {
    const goOn = log.pauseHistories();
    const answer = client.subscribe(entered, { since });
    await client.call("ping");
    for (const [n, to] of [live, entered, live].entries()) await announce(server, to, { n: n + 2 });
    expect(await client.call("ping")).toMatchObject({ ok: true });
    expect(client.unread).not.toContain("project.updated");
    goOn();
    expect((await answer).replayed).toBe(1);
    expect(numbers(await client.take(4, "project.updated"))).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ["in one tick", () => undefined],
    ["in many", () => new Promise(setImmediate)],
  ])(
    "WS-REPLAY-5 a client for which more than 16 MiB come, %s, is cut and goes on where it was",
    async (_, tick) => {
      const text = "x".repeat(60_000);
      const count = 300;
      const cut = new Promise<string>((resolve) => client.socket.once("disconnect", resolve));
      const goOn = log.pauseHistories();
      client.socket.emit("subscribe", { room: entered, since });
      await client.call("ping");
      for (let n = 0; n < count; n++) {
        await announce(server, live, { n: n + 2, text });
        await tick();
      }
      expect(client.unread).not.toContain("project.updated");
      goOn();
      expect(await cut).toBe("transport close");
      await client.reconnected();
      expect(client.socket.recovered).toBe(true);
      const received = numbers(await client.take(count + 1, "project.updated"));
      expect(received).toEqual(Array.from({ length: count + 1 }, (_, n) => n + 1));
    },
  );

  test("WS-SUB-9 a subscribe that fails leaves rooms and filters as they were", async () => {
    log.spoilHistory(entered);
    const unread = await client.call("subscribe", { room: entered, since });
    expect(unread).toMatchObject({ ok: false });
    const wrong = await client.call("subscribe", { room: live, since: "nosuch" });
    expect(wrong).toMatchObject({ error: { code: "invalid_position" } });
    await announce(server, entered, { n: 2 });
    const data = { projectId: "1", projectName: "Apollo", status: "active", changes: { n: 3 } } as const;
    await server.broadcaster.broadcastProjectUpdated({ ...data, updatedBy: "u2" }, { rooms: [live] });
    await announce(server, live, { n: 4 });
    expect(numbers([await client.next("project.updated")])).toEqual([4]);
  });
});

function numbers(events: Received[]): unknown[] {
  return events.map(({ event }) => (event.data.changes as { n: number }).n);
}
