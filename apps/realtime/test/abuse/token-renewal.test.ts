import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";

let server: Embedded;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.close());

test.each(["auth.refresh", "auth", "authenticate"])(
  "SEC-8 WS-CMD-3 no command gives a live connection another token: %s",
  async (command) => {
    const client = await TestClient.connected(server.url, { token: testToken("ada") });
    const answer = await client.call(command, { token: testToken("bob", { scope: "admin" }) });
    expect(answer).toMatchObject({ ok: false, error: { code: "unknown_command" } });
    expect(await client.call("subscribe", { room: "user:bob" })).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(server.realtime.sessions.ofUser("bob")).toHaveLength(0);
    client.close();
  },
);
