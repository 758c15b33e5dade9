import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

describe("what was given through a subscription that has ended", () => {
  let server: Embedded;
  let client: TestClient;
  let since: string;
  beforeAll(async () => {
    server = await startEmbedded({ socket: { commandRate: 1_000 } });
  });
  beforeEach(async () => {
    client = await TestClient.connected(server.url, { token: testToken() });
    since = (await client.subscribe("agent:a")).position;
  });
  afterEach(() => client.close());
  afterAll(() => server.close());

  test("WS-SUB-6 does not come again with the past of another room", async () => {
    const both = await announce(server, ["agent:a", "project:p"], { n: 1 });
    expect((await client.next("project.updated")).event.id).toBe(both.id);
    await client.call("unsubscribe", { room: "agent:a" });
    const { id } = await announce(server, ["agent:a", "project:p"], { n: 2 });
    expect((await client.subscribe("project:p", { since })).replayed).toBe(1);
    expect((await client.next("project.updated")).event.id).toBe(id);
    expect(client.unread).not.toContain("project.updated");
  });

  test("WS-SUB-6 does not come again after the filter was replaced", async () => {
    await announce(server, ["agent:a", "project:p"], { n: 1 });
    await client.next("project.updated");
    await client.subscribe("agent:a", { filters: { updatedBy: "nobody" } });
    await announce(server, ["agent:a", "project:p"], { n: 2 });
    expect((await client.subscribe("project:p", { since })).replayed).toBe(1);
    expect((await client.next("project.updated")).event.data.changes).toEqual({ n: 2 });
    expect(client.unread).not.toContain("project.updated");
  });

  test("WS-SUB-6 does not come again however often the room was entered and left", async () => {
    for (let n = 0; n < 120; n++) {
      await announce(server, ["agent:a", "project:p"], { n });
      await client.call("unsubscribe", { room: "agent:a" });
      await client.subscribe("agent:a", { since });
    }
    await client.take(120, "project.updated");
    expect((await client.subscribe("project:p", { since })).replayed).toBe(0);
    expect(client.unread).not.toContain("project.updated");
  });
});
