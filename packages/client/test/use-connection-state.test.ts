import { describe, expect, test } from "@jest/globals";
import { useConnectionState, useRoomcast } from "@roomcast/client/react";
import { waitUntil } from "@roomcast/testkit";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { usePages } from "./support/pages.ts";
import { render } from "./support/render.ts";

function State({ shown }: { shown: Set<string> }) {
  const state = useConnectionState();
  shown.add(state);
  return state;
}

describe("useConnectionState", () => {
  const pages = usePages();

  test("shows how the socket stands", async () => {
    const page = pages.open();
    const shown = new Set<string>();
    const rendered = render(page.roomcast, State, { shown });
    await waitUntil("connected", () => rendered.text === "connected");
    expect([...shown]).toEqual(["connecting", "connected"]);
    // One that has asked for no room has nothing to recover.
    await page.socket.emitWithAck("subscribe", { room: "project:1" });
    shown.clear();
    await page.loseConnection();
    await waitUntil("recovered", () => rendered.text === "recovered");
    page.socket.disconnect();
    await waitUntil("disconnected", () => rendered.text === "disconnected");
    expect([...shown]).toEqual(["connecting", "recovered", "disconnected"]);
    rendered.unmount();
  });

  test("shows a refused socket as disconnected", async () => {
    const page = pages.open({ socket: { auth: { token: "wrong" } } });
    const rendered = render(page.roomcast, State, { shown: new Set<string>() });
    await waitUntil("disconnected", () => rendered.text === "disconnected");
    rendered.unmount();
  });
});

test("hooks say so when there is no provider", () => {
  const Lost = () => JSON.stringify(useRoomcast().socket.id);
  expect(() => renderToString(createElement(Lost))).toThrow("useRoomcast needs a RoomcastProvider above");
});
