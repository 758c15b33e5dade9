import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("a client that was let in", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  for (const namespace of ["/", "/ws"]) {
    for (const transport of ["websocket", "polling"]) {
      describe(`in ${namespace} over ${transport}`, () => {
        const how = { token: testToken("ada"), namespace, transports: [transport] };

        test("WS-CONN-1 is told first of all, under both names, who and where it is", async () => {
          const client = new TestClient(server.url, how);
          const [first, second] = [await client.next(), await client.next()];
          expect([first.name, second.name]).toEqual(["connection.established", "connection_established"]);
          expect(first.event).toEqual({
            id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            type: "connection.established",
            room: "user:ada",
            timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
            correlationId: null,
            data: {
              sessionId: expect.stringMatching(/^[\w-]{22}$/),
              userId: "ada",
              recovered: false,
              rooms: ["user:ada", "global"],
            },
          });
          expect(first.position).toMatch(/^\w+\.\d+$/);
          expect(second.event.data).toEqual(first.event.data);
          expect(second.position).toBe(first.position);
          client.close();
        });

        test("WS-CONN-2 is in `global` and in its user's room", async () => {
          const client = await TestClient.connected(server.url, how);
          await announce(server, "global");
          await announce(server, "user:bob");
          await announce(server, "user:ada");
          const received = await client.take(2, "project.updated");
          expect(received.map(({ event }) => event.room)).toEqual(["global", "user:ada"]);
          client.close();
        });
      });
    }
  }

  test("WS-CONN-3 may be in both namespaces over one connection", async () => {
    const client = await RawClient.open(server.url);
    client.connect("/");
    client.connect("/ws");
    await client.next("40{");
    await client.next('42["connection_established"');
    await client.next("40/ws,{");
    await client.next('42/ws,["connection_established"');
    await announce(server, "global");
    await client.next('42["project.updated"');
    client.send('420["ping"]');
    await client.next('430[{"ok":true');
    expect(client.frames.filter((frame) => frame.startsWith('42/ws,["project.updated"'))).toHaveLength(1);
    await client.cut();
  });

  test("WS-CONN-4 enters over polling and goes on over websocket", async () => {
    const client = await TestClient.connected(server.url, {
      token: testToken("ada"),
      transports: ["polling", "websocket"],
    });
    if (client.socket.io.engine.transport.name !== "websocket") {
      await new Promise<void>((resolve) => client.socket.io.engine.once("upgrade", () => resolve()));
    }
    expect(await client.call("ping")).toMatchObject({ ok: true });
    client.close();
  });

  test("WS-CONN-5 is asked nothing before it is let in: events of an unentered namespace end the connection", async () => {
    const client = await RawClient.open(server.url);
    client.send('42/ws,0["ping"]');
    await client.closed;
    expect(client.frames).toHaveLength(1);
  });
});
