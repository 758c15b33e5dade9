import { describe, expect, test } from "@jest/globals";
import { numberOf } from "./support/page.ts";
import { usePages } from "./support/pages.ts";

describe("the history of a room", () => {
  const pages = usePages();

  test("comes in pages, oldest first", async () => {
    const { roomcast } = pages.open();
    const { position } = await roomcast.subscribe("project:h1", {}).ready;
    await pages.server.update("h1", 1, 2, 3, 4, 5);
    const found: number[][] = [];
    for await (const page of roomcast.history("project:h1", { since: position, limit: 2 })) {
      found.push(page.events.map(({ event }) => numberOf(event)));
    }
    expect(found).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("without a position is one page of the newest", async () => {
    const { roomcast } = pages.open();
    await pages.server.update("h2", 1, 2, 3);
    const found: number[] = [];
    for await (const page of roomcast.history("project:h2", { limit: 2 })) {
      found.push(...page.events.map(({ event }) => numberOf(event)));
    }
    expect(found).toEqual([2, 3]);
  });

  test("rejects with the server's error", async () => {
    const { roomcast } = pages.open();
    await expect(roomcast.history("user:other").next()).rejects.toMatchObject({
      name: "RoomcastError",
      code: "forbidden",
    });
  });

  test("gives up after five attempts", async () => {
    const page = pages.open({ ackTimeoutMs: 20 });
    page.socket.disconnect();
    await expect(page.roomcast.history("project:h3").next()).rejects.toMatchObject({ code: "timeout" });
  });
});
