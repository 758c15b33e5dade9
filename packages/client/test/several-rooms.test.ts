import { describe, expect, test } from "@jest/globals";
import type { EventEnvelope } from "@roomcast/events";
import { waitUntil } from "@roomcast/testkit";
import { usePages } from "./support/pages.ts";

describe("an event of several rooms", () => {
  const pages = usePages({ WS_COMMAND_RATE: "1" });
  const statusOf = ({ data }: EventEnvelope) => (data as { status: string }).status;

  test("reaches the subscriptions of each, though the server sends it once", async () => {
    const page = pages.open();
    const got: string[] = [];
    page.roomcast.subscribe("project:e1", { onEvent: (event) => got.push(`project ${statusOf(event)}`) });
    await page.roomcast.subscribe("agent:e1", { onEvent: (event) => got.push(`agent ${statusOf(event)}`) })
      .ready;
    await pages.server.agentStatus("e1", "busy", "e1");
    await waitUntil("both", () => got.length === 2);
    expect(got.sort()).toEqual(["agent busy", "project busy"]);
  });

  test("reaches a room with filters only if it passes them", async () => {
    const page = pages.open();
    const got: string[] = [];
    page.roomcast.subscribe("project:e2", { onEvent: (event) => got.push(`project ${statusOf(event)}`) });
    const filters = { status: ["busy"] };
    const onEvent = (event: EventEnvelope) => got.push(`agent ${statusOf(event)}`);
    await page.roomcast.subscribe("agent:e2", { filters, onEvent }).ready;
    await pages.server.agentStatus("e2", "idle", "e2");
    await pages.server.agentStatus("e2", "busy", "e2");
    await waitUntil("three", () => got.length === 3);
    expect(got.sort()).toEqual(["agent busy", "project busy", "project idle"]);
  });

  test("keeps the log's order in each when both rooms go on after a page load", async () => {
    const page = pages.open();
    await Promise.all(["project:e3", "agent:e3"].map((room) => page.roomcast.subscribe(room, {}).ready));
    page.close();
    await pages.server.agentStatus("e3", "idle");
    await pages.server.agentStatus("e3", "busy", "e3");
    await pages.server.agentStatus("e3", "idle");
    const next = pages.open({ storage: page.storage });
    const got: string[] = [];
    next.roomcast.subscribe("project:e3", {});
    await next.roomcast.subscribe("agent:e3", { onEvent: (event) => got.push(statusOf(event)) }).ready;
    expect(got).toEqual(["idle", "busy", "idle"]);
  });

  test("that came before one of them was followed counts there as a gap, as the server sends it once", async () => {
    const page = pages.open();
    const seen: string[] = [];
    const agent = page.roomcast.subscribe("agent:e4", {});
    await page.roomcast.subscribe("project:e4", { onEvent: (event) => seen.push(statusOf(event)) }).ready;
    agent.unsubscribe();
    await pages.server.agentStatus("e4", "busy", "e4");
    await waitUntil("it comes through the project", () => seen.length === 1);
    const resets: string[] = [];
    await page.roomcast.subscribe("agent:e4", { refetch: ({ reason }) => resets.push(reason) }).ready;
    await waitUntil("the reset", () => resets.length === 1);
    expect(resets).toEqual(["gap"]);
  });

  test("that overtakes the past of a room being entered does not make the next page skip that past", async () => {
    const first = pages.open();
    await first.roomcast.subscribe("agent:e5", {}).ready;
    first.close();
    await pages.server.agentStatus("e5", "idle");
    const second = pages.open({ storage: first.storage, retryDelayMs: () => 60_000 });
    await second.roomcast.subscribe("project:e5", {}).ready;
    // Three times the burst: what comes in again meanwhile is used up, too.
    for (let n = 0; n < 30; n++) second.socket.emit("ping");
    const early: string[] = [];
    second.roomcast.subscribe("agent:e5", { onEvent: (event) => early.push(statusOf(event)) });
    await waitUntil("the room must wait", () => second.errorCodes.includes("rate_limited"));
    await pages.server.agentStatus("e5", "busy", "e5");
    await waitUntil("it comes through the project", () => early.length === 1);
    second.close();
    const got: string[] = [];
    const third = pages.open({ storage: first.storage });
    await third.roomcast.subscribe("agent:e5", { onEvent: (event) => got.push(statusOf(event)) }).ready;
    expect([early, got]).toEqual([["busy"], ["idle", "busy"]]);
  });
});
