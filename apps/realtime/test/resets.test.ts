import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RoomName } from "@roomcast/events";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RewindableLog } from "./support/rewindable-log.ts";

describe("a reset", () => {
  let log: RewindableLog;
  let server: Embedded;
  let client: TestClient;
  beforeEach(async () => {
    log = new RewindableLog();
    server = await startEmbedded({ log });
    client = await TestClient.connected(server.url, { token: testToken() });
    await client.next("connection_established");
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test("WS-RESET-3, WS-RESET-4 comes before the answer, and leaves the client's own position alone", async () => {
    await announce(server, "user:u1");
    const { position } = await client.next("project.updated");
    const answer = await client.subscribe("project:1", { since: "nosuch.5" });
    expect(client.unread).toEqual(["room.reset"]);
    const reset = await client.next();
    expect(answer).toMatchObject({ replayed: 0 });
    expect(reset.position).toBeUndefined();
    expect(reset.event.data).toEqual({ room: "project:1", reason: "epoch", position: answer.position });
    // What socket.io-client sends back when it reconnects.
    expect(client.socket).toMatchObject({ _lastOffset: position });
  });

  test("WS-RESET-5 is followed by the events of other rooms, and these by a position to resume from", async () => {
    const rooms: RoomName[] = ["project:1", "project:2"];
    for (const one of rooms) await client.subscribe(one);
    log.fallBehind();
    for (const one of rooms) await announce(server, one);
    log.spoilHistory("project:1");
    await log.trim();
    const { position } = await client.next("position.advanced");
    expect(client.unread).toEqual(["room.reset", "project.updated"]);
    expect(position).toBe("e1.2");
  });

  test("WS-RESET-5 a client that has lost nothing is sent a position of the new epoch, too", async () => {
    await announce(server, "project:2");
    await client.subscribe("project:1");
    await announce(server, "project:2");
    log.rollBack(2);
    await log.tell();
    expect((await client.next()).name).toBe("position.advanced");
    expect(client.socket).toMatchObject({ _lastOffset: "e2.2" });
  });

  test("WS-POS-10 a client that resumes ahead of this replica is cut until the replica has come as far", async () => {
    await client.subscribe("project:1");
    const { _pid: pid } = client.socket as unknown as { _pid: string };
    client.close();
    for (let n = 0; n < 2; n++) await announce(server, "project:2");
    log.rollBack(0);
    const { position: offset } = await announce(server, "project:1");
    const again = new TestClient(server.url, { auth: { token: testToken(), pid, offset } });
    const cut = () => new Promise<string>((resolve) => again.socket.io.once("close", resolve));
    for (let n = 0; n < 2; n++) expect(await cut()).toBe("transport close");
    expect(again.received).toEqual([]);
    await log.tell();
    expect((await again.next("connection.established")).event.data).toMatchObject({ recovered: true });
    expect(again.unread).not.toContain("project.updated");
    again.close();
  });
});
