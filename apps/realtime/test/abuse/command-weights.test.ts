import { afterEach, describe, expect, test } from "@jest/globals";
import { createRoomAccess } from "@roomcast/auth";
import type { Ack, ErrorBody } from "@roomcast/events";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "../support/announce.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";

/** So slow that hardly anything comes back while a test runs. */
const commandRate = 1;

describe("WS-LIMIT-20 what commands cost", () => {
  let server: Embedded;
  let client: TestClient;
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test.each([
    ["ping", undefined, 1],
    ["subscribe", { room: "project:1" }, 1.1],
    ["subscribe", rooms(38), 4.8],
    [
      "subscribe",
      [
        { room: "project:1", since: "x.1" },
        { room: "project:2", since: "x.1" },
      ],
      3.2,
    ],
    ["history", { room: "project:1", limit: 300 }, 4],
    ["history", { room: "project:1" }, 2],
    ["history", { room: "project:1", limit: 1_000 }, 10],
  ])("%s %j costs its share of a burst", async (command, input, weight) => {
    await start({ commandRate });
    const startedMs = performance.now();
    let taken = 0;
    let refused: Ack<unknown> | undefined;
    while (refused === undefined) {
      const answer = await client.call(command, input);
      if (isLimited(answer)) refused = answer;
      else taken++;
    }
    const backMs = performance.now() - startedMs;
    expect(taken).toBeGreaterThanOrEqual(Math.floor(10 / weight));
    expect(taken).toBeLessThanOrEqual((10 + (backMs / 1_000) * commandRate) / weight);
  });

  test("a refused command says when to send it again, costs nothing, and then is taken", async () => {
    await start({ commandRate: 20 });
    const all = await Promise.all(Array.from({ length: 250 }, () => client.call("ping")));
    const { error } = all.at(-1) as { ok: false; error: ErrorBody };
    expect(error).toMatchObject({ code: "rate_limited", retryable: true });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(60);
    await waitUntil("it is taken", async () => (await client.call("ping")).ok);
  });

  test("what costs more than a burst takes a full one: 98 rooms, each with since", async () => {
    await start({ commandRate });
    const { position } = await announce(server, "project:1");
    const answer = await client.call<unknown[]>(
      "subscribe",
      rooms(98).map((one) => ({ ...one, since: position })),
    );
    expect(answer.ok).toBe(true);
    expect(isLimited(await client.call("ping"))).toBe(true);
  });

  test("WS-LIMIT-22 filters beyond the size for a connection are refused, and those it has stay", async () => {
    await start({ commandRate: 100 });
    const values = Array.from({ length: 32 }, (_, n) => String(n).padEnd(256, "x"));
    const filters = { projectName: values, updatedBy: values, projectId: values, reason: values };
    await client.subscribe("project:1", { filters });
    const refused = await client.call("subscribe", [{ room: "project:2", filters }, { room: "project:3" }]);
    expect(refused).toMatchObject({ error: { code: "too_many_subscriptions", retryable: false } });
    expect((refused as { error: ErrorBody }).error.message).toMatch(/65536 characters.*would hold \d+/);
    expect(server.realtime.subscriptions.size).toBe(3);
    await client.subscribe("project:1", { filters: { updatedBy: "u1" } });
    await client.subscribe("project:2", { filters });
  });

  async function start(socket: { commandRate: number }): Promise<void> {
    server = await startEmbedded({ socket, access: createRoomAccess() });
    client = await TestClient.connected(server.url, { token: testToken("ada") });
  }
});

function rooms(count: number): { room: string }[] {
  return Array.from({ length: count }, (_, n) => ({ room: `project:${n}` }));
}

function isLimited(answer: Ack<unknown>): boolean {
  return !answer.ok && answer.error.code === "rate_limited";
}
