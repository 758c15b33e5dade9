import { describe, expect, test } from "@jest/globals";
import type { RoomcastError } from "@roomcast/client";
import type { EventEnvelope } from "@roomcast/events";
import { waitUntil } from "@roomcast/testkit";
import { numberOf, type PageOptions } from "./support/page.ts";
import { usePages } from "./support/pages.ts";

describe("a subscription", () => {
  const pages = usePages({ WS_COMMAND_RATE: "2" });
  const open = (options?: PageOptions) => pages.open(options);

  test("gives events to the handler of their type, and the others to onEvent", async () => {
    const got: string[] = [];
    const subscription = open().roomcast.subscribe("project:s1", {
      handlers: {
        "project.updated": (event, position) => got.push(`${event.data.projectName} at ${position}`),
      },
      onEvent: ({ type }) => got.push(type),
    });
    expect(await subscription.ready).toMatchObject({ room: "project:s1", replayed: 0 });
    await pages.server.update("s1", 1);
    await pages.server.agentStatus("a1", "idle", "s1");
    await waitUntil("both", () => got.length === 2);
    expect(got).toEqual([expect.stringMatching(/^Apollo at \w+\.\d+$/), "agent.status_changed"]);
  });

  test("asks for all rooms of one tick with one command", async () => {
    const page = open();
    await Promise.all(["project:t1", "agent:t1"].map((room) => page.roomcast.subscribe(room, {}).ready));
    expect(page.sent).toEqual([
      { command: "subscribe", input: [{ room: "project:t1" }, { room: "agent:t1" }] },
    ]);
  });

  test("shares the server's with others of the same room, which is left with the last one", async () => {
    const page = open();
    const got: string[] = [];
    const [a, b] = ["a", "b"].map((name) =>
      page.roomcast.subscribe("project:s2", { onEvent: (event) => got.push(name + numberOf(event)) }),
    );
    await Promise.all([a?.ready, b?.ready]);
    await pages.server.update("s2", 1);
    await waitUntil("both have it", () => got.length === 2);
    a?.unsubscribe();
    a?.unsubscribe();
    await pages.server.update("s2", 2);
    await waitUntil("b has it", () => got.length === 3);
    b?.unsubscribe();
    await waitUntil("it is left", () => page.sent.length === 2);
    expect(got).toEqual(["a1", "b1", "b2"]);
    expect(page.sent.map(({ command }) => command)).toEqual(["subscribe", "unsubscribe"]);
  });

  test("that is ended and begun again in one tick, as React's strict mode does, is asked for once", async () => {
    const page = open();
    const first = page.roomcast.subscribe("project:s3", {});
    first.unsubscribe();
    await page.roomcast.subscribe("project:s3", {}).ready;
    await expect(first.ready).rejects.toMatchObject({ code: "unsubscribed" });
    expect(page.sent).toHaveLength(1);
  });

  test("passes its filters on, and refuses other filters for the same room", async () => {
    const page = open();
    const got: number[] = [];
    const filters = { updatedBy: ["u1"] };
    await page.roomcast.subscribe("project:s4", { filters, onEvent: (event) => got.push(numberOf(event)) })
      .ready;
    expect(() => page.roomcast.subscribe("project:s4", {})).toThrow(
      expect.objectContaining({ name: "RoomcastError", code: "conflicting_filters" }),
    );
    const other = { type: "project.updated", data: { projectId: "s4", projectName: "x", status: "active" } };
    await pages.server.publish({ ...other, data: { ...other.data, updatedBy: "u9", changes: { n: 1 } } });
    await pages.server.update("s4", 2);
    await waitUntil("one event", () => got.length > 0);
    expect(got).toEqual([2]);
  });

  test("with new filters, after the old ones are given up in the same tick, is asked for anew", async () => {
    const page = open();
    const old = page.roomcast.subscribe("project:s5", { filters: { updatedBy: "u9" } });
    await old.ready;
    old.unsubscribe();
    const got: number[] = [];
    await page.roomcast.subscribe("project:s5", { onEvent: (event) => got.push(numberOf(event)) }).ready;
    await pages.server.update("s5", 1);
    await waitUntil("the event", () => got.length === 1);
  });

  test("with new filters while the old ones are under way is asked for anew", async () => {
    const page = open();
    await page.roomcast.subscribe("agent:s12", {}).ready;
    const old = page.roomcast.subscribe("project:s12", { filters: { updatedBy: "u9" } });
    await Promise.resolve();
    expect(page.sent).toHaveLength(2);
    old.unsubscribe();
    const got: number[] = [];
    const onEvent = (event: EventEnvelope) => got.push(numberOf(event));
    await page.roomcast.subscribe("project:s12", { filters: { updatedBy: "u1" }, onEvent }).ready;
    await pages.server.update("s12", 1);
    await waitUntil("the event", () => got.length === 1);
  });

  test("that the server refuses rejects, tells onError and onRefused, and spares those of the same tick", async () => {
    const page = open();
    const refused: RoomcastError[] = [];
    const onRefused = (error: RoomcastError) => refused.push(error);
    const foreign = page.roomcast.subscribe("user:somebody-else", { onRefused });
    const malformed = page.roomcast.subscribe(`project:${"x".repeat(100)}`, { onRefused });
    const good = page.roomcast.subscribe("project:s6", {});
    await expect(foreign.ready).rejects.toMatchObject({ code: "forbidden", retryable: false });
    await expect(malformed.ready).rejects.toMatchObject({ code: "invalid_command" });
    await expect(good.ready).resolves.toMatchObject({ room: "project:s6" });
    expect(page.errors).toEqual(refused);
    expect(refused).toHaveLength(2);
  });

  test("is tried again as long as a retry may help", async () => {
    const page = open();
    for (let n = 0; page.errors.length === 0; n++)
      await expect(page.roomcast.subscribe(`project:s7-${n}`, {}).ready).resolves.toMatchObject({
        replayed: 0,
      });
    expect(new Set(page.errorCodes)).toEqual(new Set(["rate_limited"]));
  });

  test("is tried again when no answer comes in time", async () => {
    const page = open({ ackTimeoutMs: 100 });
    await page.roomcast.subscribe("project:s8", {}).ready;
    pages.server.process.kill("SIGSTOP");
    const { ready } = page.roomcast.subscribe("agent:s8", {});
    await waitUntil("an attempt has failed", () => page.errors.length > 0);
    pages.server.process.kill("SIGCONT");
    await expect(ready).resolves.toMatchObject({ room: "agent:s8" });
    expect(page.errorCodes[0]).toBe("timeout");
  });

  test("gives events that belong to no followed room to onUnrouted", async () => {
    const unrouted: string[] = [];
    const page = open({
      onUnrouted: (event) => {
        unrouted.push(event.type);
        throw new Error("unrouted too");
      },
    });
    const got: string[] = [];
    await page.roomcast.subscribe("channel:news", { onEvent: ({ room }) => got.push(room) }).ready;
    const data = { projectId: "s9", projectName: "x", status: "active", updatedBy: "u1", changes: {} };
    await pages.server.publish({ type: "project.updated", data, rooms: ["project:s9", "channel:news"] });
    await pages.server.publish({ type: "project.updated", data, rooms: ["channel:news", "project:s9"] });
    await waitUntil("both", () => unrouted.length + got.length === 2);
    expect([unrouted, got]).toEqual([["project.updated"], ["channel:news"]]);
    expect(page.errors).toMatchObject([{ message: "unrouted too" }]);
  });

  test("may be ended by its own handler, and goes on after that event", async () => {
    const page = open();
    const got: number[] = [];
    const refetch = () => got.push(-1);
    const once = page.roomcast.subscribe("project:s11", {
      refetch,
      onEvent(event) {
        got.push(numberOf(event));
        once.unsubscribe();
      },
    });
    await once.ready;
    await pages.server.update("s11", 1);
    await waitUntil("it is left", () => page.sent.length === 2);
    await pages.server.update("s11", 2);
    const again = page.roomcast.subscribe("project:s11", {
      refetch,
      onEvent: (event) => got.push(numberOf(event)),
    });
    await again.ready;
    expect(got).toEqual([1, 2]);
  });

  test("ends with the helper, which leaves the socket connected", async () => {
    const page = open();
    const got: string[] = [];
    await page.roomcast.subscribe("project:s10", { onEvent: ({ type }) => got.push(type) }).ready;
    page.roomcast.close();
    await pages.server.update("s10", 1);
    expect(await page.socket.timeout(5_000).emitWithAck("ping")).toMatchObject({ ok: true });
    expect([page.socket.connected, got]).toEqual([true, []]);
    expect(page.sent.map(({ command }) => command)).toEqual(["subscribe", "unsubscribe", "ping"]);
  });
});
