import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signToken } from "@roomcast/auth";
import { testSecret, testToken } from "@roomcast/testkit";
import { refusal } from "../support/connect-error.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";

describe("a client whose token is not accepted", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

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
