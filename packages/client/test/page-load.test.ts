import { describe, expect, test } from "@jest/globals";
import type { EventHandler } from "@roomcast/client";
import { waitUntil } from "@roomcast/testkit";
import { deferred } from "./support/deferred.ts";
import { MemoryStorage } from "./support/memory-storage.ts";
import { numberOf, type Page } from "./support/page.ts";
import { usePages } from "./support/pages.ts";

describe("after a page load", () => {
  const pages = usePages();

  /** Follows a room on a page and collects the numbers that `handle` did not throw on. */
  const follow = (page: Page, room: string, handle: EventHandler = () => undefined) => {
    const got: number[] = [];
    const subscription = page.roomcast.subscribe(room, {
      async onEvent(event, position) {
        await handle(event, position);
        got.push(numberOf(event));
      },
    });
    return { got, ...subscription, ready: subscription.ready };
  };

  test("a room goes on after the last event that was handled", async () => {
    const page = pages.open();
    const before = follow(page, "project:p1");
    await before.ready;
    await pages.server.update("p1", 1, 2);
    await waitUntil("both are handled", () => before.got.length === 2);
    page.close();
    await pages.server.update("p1", 3, 4);
    const after = follow(pages.open({ storage: page.storage }), "project:p1");
    expect(await after.ready).toMatchObject({ replayed: 2 });
    await pages.server.update("p1", 5);
    await waitUntil("all are handled", () => after.got.length === 3);
    expect([before.got, after.got]).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  test("a room in which nothing happened goes on where it was entered", async () => {
    const page = pages.open();
    await follow(page, "project:p2").ready;
    page.close();
    await pages.server.update("p2", 1);
    const after = follow(pages.open({ storage: page.storage }), "project:p2");
    await after.ready;
    expect(after.got).toEqual([1]);
  });

  test("an event whose handler threw comes again", async () => {
    const page = pages.open();
    const before = follow(page, "project:p3", (event) => {
      if (numberOf(event) === 2) throw new Error("cannot handle 2");
    });
    await before.ready;
    await pages.server.update("p3", 1, 2);
    await waitUntil("2 has failed", () => page.errors.length === 1);
    page.close();
    const after = follow(pages.open({ storage: page.storage }), "project:p3");
    await after.ready;
    expect([before.got, after.got, page.errors]).toEqual([[1], [2], [new Error("cannot handle 2")]]);
  });

  test("an event whose handler threw does not come again once a later one was handled", async () => {
    const page = pages.open();
    const before = follow(page, "project:p4", (event) => {
      if (numberOf(event) === 1) throw new Error("cannot handle 1");
    });
    await before.ready;
    await pages.server.update("p4", 1, 2);
    await waitUntil("2 is handled", () => before.got.length === 1);
    page.close();
    expect(await follow(pages.open({ storage: page.storage }), "project:p4").ready).toMatchObject({
      replayed: 0,
    });
  });

  test("an event whose handler's promise had not resolved comes again, and those that waited for it", async () => {
    const page = pages.open();
    const never = deferred();
    const before = follow(page, "project:p5", () => never.promise);
    await before.ready;
    await pages.server.update("p5", 1, 2);
    page.close();
    const after = follow(pages.open({ storage: page.storage }), "project:p5");
    await after.ready;
    await waitUntil("both are handled", () => after.got.length === 2);
    expect([before.got, after.got]).toEqual([[], [1, 2]]);
  });

  test("a room goes on after what all its subscriptions have handled", async () => {
    const page = pages.open();
    const never = deferred();
    const quick = follow(page, "project:p6");
    follow(page, "project:p6", (event) => (numberOf(event) === 2 ? never.promise : undefined));
    await quick.ready;
    await pages.server.update("p6", 1, 2, 3);
    await waitUntil("one has handled all", () => quick.got.length === 3);
    page.close();
    expect(await follow(pages.open({ storage: page.storage }), "project:p6").ready).toMatchObject({
      replayed: 2,
    });
  });

  test("a stored position that the server cannot read counts as a gap", async () => {
    const storage = new MemoryStorage();
    storage.setItem("test.positions", JSON.stringify([["project:p7", "nonsense"]]));
    const page = pages.open({ storage });
    const resets: unknown[] = [];
    const { ready } = page.roomcast.subscribe("project:p7", { refetch: (reset) => resets.push(reset) });
    await ready;
    await waitUntil("it is refetched", () => resets.length === 1);
    expect(resets).toEqual([{ room: "project:p7", reason: "gap" }]);
    expect(page.errors).toEqual([]);
    page.close();
    expect(await follow(pages.open({ storage }), "project:p7").ready).toMatchObject({ replayed: 0 });
  });

  test("a page that goes in the middle of a replay finds the rest", async () => {
    const page = pages.open();
    await follow(page, "project:p8").ready;
    page.close();
    await pages.server.update("p8", 1, 2, 3);
    const second = pages.open({ storage: page.storage });
    const middle = deferred();
    const during = follow(second, "project:p8", (event) =>
      numberOf(event) === 2 ? middle.promise : undefined,
    );
    await during.ready;
    second.close();
    const after = follow(pages.open({ storage: page.storage }), "project:p8");
    await after.ready;
    await waitUntil("the rest is handled", () => after.got.length === 2);
    expect([during.got, after.got]).toEqual([[1], [2, 3]]);
  });
});
