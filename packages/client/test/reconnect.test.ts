import { describe, expect, test } from "@jest/globals";
import { waitUntil } from "@roomcast/testkit";
import { deferred } from "./support/deferred.ts";
import { numberOf, type Page } from "./support/page.ts";
import { usePages } from "./support/pages.ts";

function follow(page: Page, room: string) {
  const got: number[] = [];
  const subscription = page.roomcast.subscribe(room, { onEvent: (event) => got.push(numberOf(event)) });
  return { got, subscription };
}

describe("a session that was recovered", () => {
  const pages = usePages();

  test("is asked for nothing, as the server has sent what was missed", async () => {
    const page = pages.open();
    const { got, subscription } = follow(page, "project:c1");
    await subscription.ready;
    await page.loseConnection(() => pages.server.update("c1", 1, 2));
    await pages.server.update("c1", 3);
    await waitUntil("all", () => got.length === 3);
    expect([got, page.socket.recovered, page.sent.length]).toEqual([[1, 2, 3], true, 1]);
  });

  test("is asked for what was subscribed and unsubscribed meanwhile", async () => {
    const page = pages.open();
    const old = follow(page, "project:c2");
    await old.subscription.ready;
    await page.loseConnection(() => {
      old.subscription.unsubscribe();
      follow(page, "project:c3");
    });
    await waitUntil("both are sent", () => page.sent.length === 3);
    expect(page.socket.recovered).toBe(true);
    expect(page.sent.slice(1)).toEqual([
      { command: "subscribe", input: [{ room: "project:c3" }] },
      { command: "unsubscribe", input: { room: "project:c2" } },
    ]);
  });
});

describe("a session that was lost", () => {
  const pages = usePages();

  test("is made up for from where each room was", async () => {
    const page = pages.open();
    const one = follow(page, "project:d1");
    const two = follow(page, "agent:d1");
    await one.subscription.ready;
    await pages.server.update("d1", 1);
    await waitUntil("the first", () => one.got.length === 1);
    await page.loseSession(async () => {
      await pages.server.agentStatus("d1", "busy");
      await pages.server.update("d1", 2, 3);
    });
    await waitUntil("all", () => one.got.length + two.got.length === 4);
    expect([page.socket.recovered, one.got, two.got]).toEqual([false, [1, 2, 3], [Number.NaN]]);
    expect(page.sent.slice(1)).toEqual([
      {
        command: "subscribe",
        input: [
          { room: "project:d1", since: expect.any(String) },
          { room: "agent:d1", since: expect.any(String) },
        ],
      },
    ]);
  });

  test("brings nothing twice to a handler that is slow", async () => {
    const page = pages.open();
    const got: number[] = [];
    const slow = deferred();
    const { ready } = page.roomcast.subscribe("project:d2", {
      async onEvent(event) {
        if (numberOf(event) === 1) await slow.promise;
        got.push(numberOf(event));
      },
    });
    await ready;
    const marker = follow(page, "agent:d2");
    await pages.server.update("d2", 1, 2);
    await pages.server.agentStatus("d2", "idle");
    await waitUntil("all have come", () => marker.got.length === 1);
    await page.loseSession(() => pages.server.update("d2", 3));
    slow.resolve();
    await waitUntil("all", () => got.length === 3);
    expect([page.socket.recovered, got]).toEqual([false, [1, 2, 3]]);
  });

  test("comes back to a quiet room without passing over what is not handled yet", async () => {
    const page = pages.open();
    const room = page.roomcast.subscribe("project:d4", { onEvent: () => new Promise(() => undefined) });
    await room.ready;
    const marker = follow(page, "agent:d4");
    await pages.server.update("d4", 1);
    await pages.server.agentStatus("d4", "idle");
    await waitUntil("both have come", () => marker.got.length === 1);
    await page.loseSession();
    await page.roomcast.subscribe("channel:d4", {}).ready;
    expect([page.socket.recovered, page.sent.length]).toEqual([false, 4]);
    page.close();
    const next = follow(pages.open({ storage: page.storage }), "project:d4");
    await next.subscription.ready;
    expect(next.got).toEqual([1]);
  });

  test("with the whole log gone is reset", async () => {
    const page = pages.open();
    const resets: string[] = [];
    await page.roomcast.subscribe("project:d3", { refetch: ({ reason }) => resets.push(reason) }).ready;
    await pages.server.update("d3", 1);
    await pages.server.process.stop();
    await pages.server.process.restart();
    await waitUntil("the reset", () => resets.length === 1);
    expect(resets).toEqual([expect.stringMatching(/^(epoch|diverged)$/)]);
  });
});
