import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signToken } from "@roomcast/auth";
import { TestClient, testSecret, testToken } from "@roomcast/testkit";
import { refusal } from "../support/connect-error.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";

let server: Embedded;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.close());

describe("a client whose token is not accepted", () => {
  const unauthorized: [string, unknown][] = [
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["an object", {}],
    ["an array", []],
    ["a number", 42],
    ["no JWT", "let me in"],
    ["over 8 KB", `${"a".repeat(4_000)}.${"b".repeat(4_000)}.${"c".repeat(500)}`],
    ["of algorithm none", unsigned({ alg: "none", typ: "JWT" })],
    ["of algorithm none with a signature", `${unsigned({ alg: "none" })}c2ln`],
    ["without its signature", `${testToken().split(".").slice(0, 2).join(".")}.`],
    ["signed with another secret", signToken({ userId: "u1" }, "another-secret-of-32-bytes-or-more")],
    ["of an unexpected algorithm", signedWith("HS512", "sha512")],
    ["not valid yet", testToken("u1", { nbf: nowSeconds() + 3_600 })],
    ["without `sub`", testToken("")],
    ["of a user who is no room id", testToken("u1\r\nu2")],
  ];
  test.each(unauthorized)("SEC-1 SEC-2 SEC-5 WS-AUTH-5 is refused as unauthorized: %s", async (_, token) => {
    const { message, data } = await refusal(server.url, { auth: { token } });
    expect(data).toEqual({ code: "unauthorized", message, retryable: false });
  });

  test("WS-AUTH-5 is told when the token has expired", async () => {
    const token = testToken("u1", { exp: nowSeconds() - 60 });
    const { message, data } = await refusal(server.url, { token });
    expect(data).toEqual({ code: "token_expired", message, retryable: false });
  });

  for (const namespace of ["/", "/ws"]) {
    for (const transport of ["websocket", "polling"]) {
      test(`WS-AUTH-6 is told the same in ${namespace} over ${transport}, and is in nothing`, async () => {
        const { message, data } = await refusal(server.url, { namespace, transports: [transport] });
        expect({ message, data }).toEqual({
          message: "a token is required",
          data: { code: "unauthorized", message: "a token is required", retryable: false },
        });
        expect(server.realtime.sessions.size).toBe(0);
        expect(server.realtime.rooms.size).toBe(0);
      });
    }
  }

  function unsigned(header: object): string {
    const payload = { sub: "u1", exp: nowSeconds() + 600 };
    return `${base64url(header)}.${base64url(payload)}.`;
  }

  function signedWith(alg: string, hash: string): string {
    const text = unsigned({ alg, typ: "JWT" }).slice(0, -1);
    return `${text}.${createHmac(hash, testSecret).update(text).digest("base64url")}`;
  }

  function base64url(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString("base64url");
  }

  function nowSeconds(): number {
    return Math.floor(Date.now() / 1_000);
  }
});

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

const tokens = {
  good: testToken("ada"),
  foreign: signToken({ userId: "ada" }, "another-secret-of-32-bytes-or-more"),
  opaque: "opaque-token-0123456789",
};

describe("SEC-12 WS-AUTH-7 tokens", () => {
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
