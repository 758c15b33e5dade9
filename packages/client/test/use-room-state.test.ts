import { describe, expect, test } from "@jest/globals";
import { useRoomState } from "@roomcast/client/react";
import type { EventEnvelope } from "@roomcast/events";
import { waitUntil } from "@roomcast/testkit";
import { numberOf } from "./support/page.ts";
import { usePages } from "./support/pages.ts";
import { render } from "./support/render.ts";

interface Props {
  room: string;
  /** The application's API. */
  fetch: (reason: string) => Promise<number[]>;
}

const add = (numbers: number[], event: EventEnvelope) => [...numbers, numberOf(event)];
let refetch: () => void = () => undefined;

function Numbers({ room, fetch }: Props) {
  const shown = useRoomState(room, add, ({ reason }) => fetch(reason));
  refetch = shown.refetch;
  const error = shown.error instanceof Error ? ` (${shown.error.message})` : "";
  return `${shown.status} ${shown.state?.join(",") ?? ""}${error}`;
}

describe("useRoomState", () => {
  const pages = usePages({ HISTORY_PROJECT_EVENTS: "2" });

  test("shows the snapshot, then applies events, in strict mode too", async () => {
    const page = pages.open();
    const fetched: string[] = [];
    const fetch = async (reason: string) => {
      fetched.push(reason);
      return [0];
    };
    const rendered = render(page.roomcast, Numbers, { room: "project:w1", fetch });
    await waitUntil("the snapshot", () => rendered.text === "ready 0");
    await pages.server.update("w1", 1, 2);
    await waitUntil("the events", () => rendered.text === "ready 0,1,2");
    expect([fetched, page.sent.length]).toEqual([["initial"], 1]);
    rendered.unmount();
    await waitUntil("the room is left", () => page.sent.length === 2);
  });

  test("applies events that come during the fetch after it", async () => {
    const page = pages.open();
    const fetch = async () => {
      await pages.server.update("w2", 1, 2);
      return [0];
    };
    const rendered = render(page.roomcast, Numbers, { room: "project:w2", fetch });
    await waitUntil("all", () => rendered.text === "ready 0,1,2");
    rendered.unmount();
  });

  test("is fetched again after a reset, showing the old state as stale meanwhile", async () => {
    const page = pages.open();
    let isBack = false;
    const fetch = async (reason: string) => {
      if (reason === "initial") return [0];
      await waitUntil("the test has seen it", () => isBack);
      return [9];
    };
    const rendered = render(page.roomcast, Numbers, { room: "project:w3", fetch });
    await waitUntil("the snapshot", () => rendered.text === "ready 0");
    await page.loseSession(() => pages.server.update("w3", 1, 2, 3));
    await waitUntil("it is stale", () => rendered.text === "stale 0");
    await pages.server.update("w3", 10);
    isBack = true;
    await waitUntil("it is fetched", () => rendered.text === "ready 9,10");
    rendered.unmount();
  });

  test("is fetched again after a failure, and when asked for", async () => {
    const page = pages.open();
    let isDown = true;
    let fetched = 0;
    const fetch = async () => {
      if (isDown) throw new Error("the API is down");
      return [fetched++];
    };
    const rendered = render(page.roomcast, Numbers, { room: "project:w4", fetch });
    await waitUntil("the error", () => rendered.text === "loading  (the API is down)");
    isDown = false;
    await waitUntil("it is fetched", () => rendered.text === "ready 0");
    refetch();
    await waitUntil("it is fetched again", () => rendered.text === "ready 1");
    rendered.unmount();
  });

  test("begins anew with another room, and tells a refusal", async () => {
    const page = pages.open();
    const rendered = render(page.roomcast, Numbers, { room: "project:w5", fetch: async () => [5] });
    await waitUntil("the first", () => rendered.text === "ready 5");
    rendered.update({ room: "project:w6", fetch: async () => [6] });
    await waitUntil("the second", () => rendered.text === "ready 6");
    rendered.update({ room: "user:other", fetch: async () => [7] });
    await waitUntil("the refusal", () => rendered.text === "refused  (you may not enter this room)");
    rendered.unmount();
  });
});
