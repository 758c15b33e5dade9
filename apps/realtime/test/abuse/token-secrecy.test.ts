import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signToken } from "@roomcast/auth";
import { TestClient, testToken } from "@roomcast/testkit";
import { refusal } from "../support/connect-error.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";

const tokens = {
  good: testToken("ada"),
  foreign: signToken({ userId: "ada" }, "another-secret-of-32-bytes-or-more"),
  opaque: "opaque-token-0123456789",
};

describe("SEC-12 WS-AUTH-7 tokens", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  test("are in no line of the log and in nothing a client is told", async () => {
    const told: unknown[] = [];
    const client = await TestClient.connected(server.url, { token: tokens.good });
    told.push(client.received, await client.call("nosuch", { token: tokens.opaque }));
    told.push(await client.call("subscribe", { room: tokens.opaque, token: tokens.foreign }));
    client.close();
    for (const token of Object.values(tokens)) {
      const extraHeaders = { Authorization: `Bearer ${token}` };
      told.push(await refusal(server.url, { auth: { token: token.slice(0, -3) } }));
      told.push(await refusal(server.url, { query: { token }, transports: ["polling"] }));
      told.push(await refusal(server.url, { extraHeaders, auth: { token: tokens.foreign } }));
      const raw = await RawClient.open(server.url, { protocols: ["roomcast.v1", `bearer.${token}`] });
      raw.send("40/ws,");
      await raw.next(token === tokens.good ? "42/ws," : "44/ws,");
      told.push(raw.frames);
      await raw.cut();
    }
    const text = JSON.stringify([server.logLines, told]);
    expect(server.logLines.length).toBeGreaterThan(10);
    for (const secret of Object.values(tokens).map((token) => token.split(".").at(-1) as string)) {
      expect(text).not.toContain(secret.slice(0, -3));
    }
  });
});
