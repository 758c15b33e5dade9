import { describe, expect, test } from "@jest/globals";
import { useRoom } from "@roomcast/client/react";
import type { Filters } from "@roomcast/events";
import { waitUntil } from "@roomcast/testkit";
import { numberOf } from "./support/page.ts";
import { usePages } from "./support/pages.ts";
import { render } from "./support/render.ts";

interface Props {
  room: string | undefined;
  got: (number | string)[];
  name?: string;
  filters?: Filters;
}

function Follower({ room, got, name = "", filters }: Props) {
  const { isReady, error } = useRoom(
    room,
    { "project.updated": (event) => got.push(`${name}${numberOf(event)}`) },
    { refetch: ({ reason }) => got.push(reason), ...(filters === undefined ? {} : { filters }) },
  );
  return error?.message ?? `${name}${isReady ? "ready" : "waiting"}`;
}

describe("useRoom", () => {
  const pages = usePages({ HISTORY_PROJECT_EVENTS: "2" });

  test("follows the room while the component is mounted, in strict mode too", async () => {
    const page = pages.open();
    const got: string[] = [];
    const rendered = render(page.roomcast, Follower, { room: "project:u1", got });
    await waitUntil("it is ready", () => rendered.text === "ready");
    await pages.server.update("u1", 1, 2);
    await waitUntil("both", () => got.length === 2);
    rendered.unmount();
    await waitUntil("it is left", () => page.sent.length === 2);
    expect(got).toEqual(["1", "2"]);
    expect(page.sent.map(({ command }) => command)).toEqual(["subscribe", "unsubscribe"]);
  });

  test("calls the handlers of the last render, without another subscription", async () => {
    const page = pages.open();
    const got: string[] = [];
    const rendered = render(page.roomcast, Follower, { room: "project:u2", got, name: "a" });
    await waitUntil("it is ready", () => rendered.text === "aready");
    await pages.server.update("u2", 1);
    await waitUntil("the first", () => got.length === 1);
    rendered.update({ room: "project:u2", got, name: "b", filters: {} });
    rendered.update({ room: "project:u2", got, name: "b" });
    await waitUntil("it is ready again", () => rendered.text === "bready");
    await pages.server.update("u2", 2);
    await waitUntil("the second", () => got.length === 2);
    expect([got, page.sent.length]).toEqual([["a1", "b2"], 1]);
    rendered.unmount();
  });

  test("follows another room or other filters when they change, and none without a room", async () => {
    const page = pages.open();
    const got: string[] = [];
    const rendered = render(page.roomcast, Follower, { room: undefined, got });
    await waitUntil("it is rendered", () => rendered.text === "waiting");
    rendered.update({ room: "project:u3", got, filters: { updatedBy: "u1" } });
    await waitUntil("it is ready", () => rendered.text === "ready");
    rendered.update({ room: "project:u3", got, filters: { updatedBy: "u2" } });
    await waitUntil("the filters are sent", () => page.sent.length === 2);
    rendered.update({ room: "project:u4", got });
    await waitUntil("the room is changed", () => page.sent.length === 4);
    expect(page.sent.map(({ input }) => input)).toMatchObject([
      [{ room: "project:u3", filters: { updatedBy: "u1" } }],
      [{ room: "project:u3", filters: { updatedBy: "u2" } }],
      [{ room: "project:u4" }],
      { room: "project:u3" },
    ]);
    rendered.unmount();
  });

  test("tells that the server refuses the room", async () => {
    const page = pages.open();
    const rendered = render(page.roomcast, Follower, { room: "user:other", got: [] });
    await waitUntil("it is refused", () => /may not enter/.test(rendered.text));
    rendered.unmount();
  });

  test("refetches after a reset", async () => {
    const before = pages.open();
    await before.roomcast.subscribe("project:u5", {}).ready;
    before.close();
    await pages.server.update("u5", 1, 2, 3);
    const got: string[] = [];
    const page = pages.open({ storage: before.storage });
    const rendered = render(page.roomcast, Follower, { room: "project:u5", got });
    await waitUntil("the reset", () => got.length > 0);
    expect(got).toEqual(["trimmed"]);
    rendered.unmount();
  });
});
