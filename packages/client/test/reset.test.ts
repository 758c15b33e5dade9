import { describe, expect, test } from "@jest/globals";
import type { Reset } from "@roomcast/client";
import { testToken, waitUntil } from "@roomcast/testkit";
import { type Deferred, deferred } from "./support/deferred.ts";
import { numberOf, type Page } from "./support/page.ts";
import { usePages } from "./support/pages.ts";

describe("a reset", () => {
  const pages = usePages({ HISTORY_PROJECT_EVENTS: "3" });

  /** Follows a room and keeps a journal: events by number, refetches by reason, which end when the test says so. */
  const follow = (page: Page, room: string) => {
    const journal: (number | string)[] = [];
    const fetches: (Deferred & { reset: Reset; signal: AbortSignal })[] = [];
    const subscription = page.roomcast.subscribe(room, {
      onEvent: (event) => journal.push(numberOf(event)),
      async refetch(reset, signal) {
        const fetch = { ...deferred(), reset, signal };
        fetches.push(fetch);
        await fetch.promise;
        journal.push(reset.reason);
      },
    });
    return { journal, fetches, subscription };
  };

  /** A page that comes back after more has happened in the room than is kept. */
  const openTooLate = async (room: string, options = {}) => {
    const page = pages.open();
    await page.roomcast.subscribe(`project:${room}`, {}).ready;
    page.close();
    await pages.server.update(room, 1, 2, 3, 4, 5);
    return pages.open({ storage: page.storage, ...options });
  };

  test("fetches the room's state, and events wait until that is done", async () => {
    const page = await openTooLate("r1");
    const { journal, fetches, subscription } = follow(page, "project:r1");
    await subscription.ready;
    await pages.server.update("r1", 6, 7);
    expect(fetches.map(({ reset }) => reset)).toEqual([{ room: "project:r1", reason: "trimmed" }]);
    expect(journal).toEqual([]);
    fetches[0]?.resolve();
    await pages.server.update("r1", 8);
    await waitUntil("the events", () => journal.length === 4);
    expect(journal).toEqual(["trimmed", 6, 7, 8]);
  });

  test("comes again after a page load if its refetch had not ended", async () => {
    const page = await openTooLate("r2");
    await follow(page, "project:r2").subscription.ready;
    page.close();
    const { fetches, subscription } = follow(pages.open({ storage: page.storage }), "project:r2");
    await subscription.ready;
    expect(fetches).toMatchObject([{ reset: { reason: "trimmed" } }]);
  });

  test("whose refetch fails is tried again, the events still waiting", async () => {
    const page = await openTooLate("r3");
    const { journal, fetches, subscription } = follow(page, "project:r3");
    await subscription.ready;
    await pages.server.update("r3", 6);
    fetches[0]?.reject(new Error("the API is down"));
    await waitUntil("it is tried again", () => fetches.length === 2);
    expect(journal).toEqual([]);
    fetches[1]?.resolve();
    await waitUntil("the event", () => journal.length === 2);
    expect(journal).toEqual(["trimmed", 6]);
    expect(page.errors).toEqual([new Error("the API is down")]);
  });

  test("during which more comes than may wait is made up for by another refetch", async () => {
    const page = await openTooLate("r4", { maxWaiting: 2 });
    const { journal, fetches, subscription } = follow(page, "project:r4");
    await subscription.ready;
    const other: number[] = [];
    page.roomcast.subscribe("project:r4", { onEvent: (event) => other.push(numberOf(event)) });
    await pages.server.update("r4", 6, 7, 8, 9);
    await waitUntil("all have come", () => other.length === 4);
    fetches[0]?.resolve();
    await waitUntil("another refetch", () => fetches.length === 2);
    fetches[1]?.resolve();
    await waitUntil("the last event", () => journal.length === 3);
    expect(journal).toEqual(["trimmed", "overflow", 9]);
    page.close();
    const next = pages.open({ storage: page.storage }).roomcast.subscribe("project:r4", {});
    expect(await next.ready).toMatchObject({ replayed: 0 });
  });

  test("without a refetch is told to onError", async () => {
    const page = await openTooLate("r5");
    await page.roomcast.subscribe("project:r5", {}).ready;
    await waitUntil("it is told", () => page.errors.length === 1);
    expect(page.errorCodes).toEqual(["unhandled_reset"]);
  });

  test("aborts its refetch when the subscription ends, and nothing is handled any more", async () => {
    const page = await openTooLate("r6");
    const { journal, fetches, subscription } = follow(page, "project:r6");
    await subscription.ready;
    subscription.unsubscribe();
    expect(fetches[0]?.signal.aborted).toBe(true);
    fetches[0]?.reject(new Error("aborted"));
    const next = follow(page, "project:r6");
    await next.subscription.ready;
    await waitUntil("the next one fetches what this one did not", () => next.fetches.length === 1);
    expect([journal, page.errors]).toEqual([[], []]);
  });

  test("for want of access fetches once and ends the room until it is asked for again", async () => {
    const page = pages.open({ user: "u-access", retryDelayMs: () => 0 });
    const { fetches, subscription } = follow(page, "project:r7");
    await subscription.ready;
    page.socket.auth = { token: testToken("u-access", { rooms: [] }) };
    await page.loseConnection();
    await waitUntil("the reset", () => fetches.length === 1);
    fetches[0]?.reject(new Error("403"));
    await waitUntil("it is told", () => page.errors.length === 1);
    await expect(page.roomcast.subscribe("agent:r7", {}).ready).rejects.toMatchObject({ code: "forbidden" });
    expect(page.socket.recovered).toBe(true);
    expect(fetches).toMatchObject([{ reset: { room: "project:r7", reason: "access" } }]);
    expect(page.sent.slice(1)).toEqual([{ command: "subscribe", input: [{ room: "agent:r7" }] }]);
    await expect(page.roomcast.subscribe("project:r7", {}).ready).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(subscription.ready).resolves.toMatchObject({ room: "project:r7" });
  });

  test("can be asked for, and comes first with fetchFirst, before which events are passed over", async () => {
    const page = pages.open();
    const journal: (number | string)[] = [];
    await page.roomcast.subscribe("project:r8", {}).ready;
    const subscription = page.roomcast.subscribe("project:r8", {
      fetchFirst: true,
      refetch: ({ reason }) => journal.push(reason),
      onEvent: (event) => journal.push(numberOf(event)),
    });
    await subscription.ready;
    await pages.server.update("r8", 1);
    await waitUntil("the event", () => journal.length === 2);
    subscription.refetch();
    await pages.server.update("r8", 2);
    await waitUntil("the next event", () => journal.length === 4);
    expect(journal).toEqual(["initial", 1, "requested", 2]);
  });
});
