import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("what a client emits", () => {
  let server: Embedded;
  let witness: TestClient;
  beforeAll(async () => {
    server = await startEmbedded();
    witness = await TestClient.connected(server.url, { token: testToken() });
    await witness.subscribe("project:1");
    await witness.next("connection_established");
  });
  afterAll(async () => {
    witness.close();
    await server.close();
  });

  const names = ["error", "project.updated", "connection.established", "room.reset", "message", "5", ""];
  test.each(names)("SEC-25 WS-SAFE-11 is passed on to nobody: %j", async (name) => {
    const client = await TestClient.connected(server.url, { token: testToken() });
    await client.subscribe("project:1");
    const event = { room: "project:1", data: { fake: true } };
    expect(await client.call(name, event)).toMatchObject({ error: { code: "unknown_command" } });
    client.socket.emit(name, event, "x.1");
    await client.next("connection.error");
    client.close();
    await nothingCame();
  });

  test.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "SEC-25 WS-SAFE-9 ends the connection if the name is reserved: %s",
    async (name) => {
      const client = await RawClient.connected(server.url);
      client.send(`42/ws,["${name}",{}]`);
      await client.closed;
      await nothingCame();
    },
  );

  test("WS-SAFE-11 is unknown_command if the name is a number", async () => {
    const client = await RawClient.connected(server.url);
    client.send("42/ws,1[5,{}]");
    expect(await client.next("43/ws,1[")).toContain("unknown_command");
    await client.cut();
    await nothingCame();
  });

  /** Whatever had been passed on would have come before this event. */
  async function nothingCame(): Promise<void> {
    const { id } = await announce(server, "project:1");
    expect((await witness.next()).event.id).toBe(id);
    expect(witness.unread).toEqual([]);
  }
});
