import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { catalogue, type EventType, exampleOf, type HistoryPage, type RoomName } from "@roomcast/events";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

const room: RoomName = "project:1";

describe("an event as a client receives it", () => {
  let server: Embedded;
  let client: TestClient;
  beforeEach(async () => {
    server = await startEmbedded();
    client = await TestClient.connected(server.url, { token: testToken() });
    await client.next("connection_established");
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test.each(Object.keys(catalogue) as EventType[])(
    "WS-POS-1, WS-EVT-3 %s ends with its position, and its envelope says when and for what it was published",
    async (type) => {
      const { id, position } = await server.broadcaster.publish(type, exampleOf(type), {
        rooms: ["global"],
        correlationId: "request-1",
      });
      const received = await client.next(type);
      const { timestamp, ...envelope } = received.event;
      expect(received.position).toBe(position);
      expect(timestamp).toBe(new Date(timestamp).toISOString());
      expect(envelope).toEqual({
        id,
        type,
        room: "global",
        correlationId: "request-1",
        data: JSON.parse(JSON.stringify(exampleOf(type))),
      });
    },
  );

  test("WS-EVT-2 names its primary room alone, also in its other rooms", async () => {
    await client.subscribe("project:2");
    await announce(server, [room, "project:2"]);
    const { event } = await client.next("project.updated");
    expect(event.room).toBe(room);
    expect(JSON.stringify(event)).not.toContain("project:2");
  });

  test("WS-EVT-1 has the same id live, after a reconnect, in a replay and in the history", async () => {
    const { position: since } = await client.subscribe(room);
    const live = [(await announce(server, room)).id];
    expect((await client.next("project.updated")).event.id).toBe(live[0]);
    client.breakConnection();
    live.push((await announce(server, room)).id);
    await client.reconnected();
    expect((await client.next("project.updated")).event.id).toBe(live[1]);

    const other = await TestClient.connected(server.url, { token: testToken() });
    await other.subscribe(room, { since });
    const replayed = await other.take(2, "project.updated");
    const answer = await other.call<HistoryPage>("history", { room });
    other.close();
    expect(replayed.map(({ event }) => event.id)).toEqual(live);
    expect(answer.ok && answer.data.events.map(({ event }) => event.id)).toEqual(live);
  });

  test("WS-EVT-6, WS-HIST-5 reaches only connected clients and is in no history if it is transient", async () => {
    const { position: since } = await client.subscribe("global");
    const kept = exampleOf("system.scan_started");
    await server.broadcaster.publish("system.scan_started", kept, { ephemeral: true });
    await server.broadcaster.publish("system.heartbeat", exampleOf("system.heartbeat"));
    await server.broadcaster.publish("system.scan_started", kept);
    for (const type of ["system.scan_started", "system.heartbeat", "system.scan_started"])
      expect((await client.next()).name).toBe(type);

    const late = await TestClient.connected(server.url, { token: testToken() });
    expect(await late.subscribe("global", { since })).toMatchObject({ replayed: 1 });
    const answer = await late.call<HistoryPage>("history", { room: "global" });
    late.close();
    expect(answer.ok && answer.data.events.map(({ event }) => event.type)).toEqual(["system.scan_started"]);
  });
});
