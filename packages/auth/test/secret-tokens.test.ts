import { createSecretKey } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createTokenVerifier, signToken } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import { secret } from "./support/keys.ts";
import {
  claimsWith,
  expectRefusal,
  forgedToken,
  hmacSignature,
  now,
  nowSeconds,
  tokenOf,
} from "./support/tokens.ts";

const key = createSecretKey(Buffer.from(secret));
const verifier = createTokenVerifier({ secret, now });
const token = (changes: Record<string, unknown> = {}) => tokenOf(claimsWith(changes), key, { alg: "HS256" });

describe("when the token is in order", () => {
  test("it becomes a principal", async () => {
    const claims = { rooms: ["project:*", "agent:7"], scope: "events:publish admin", jti: "t-1" };
    expect(await verifier.verify(token(claims))).toEqual({
      userId: "ada",
      rooms: [
        { kind: "project", id: "*" },
        { kind: "agent", id: "7" },
      ],
      scopes: new Set(["events:publish", "admin"]),
      issuedAtMs: (nowSeconds - 60) * 1_000,
      expiresAtMs: (nowSeconds + 60) * 1_000,
      tokenId: "t-1",
    });
  });

  test("optional claims may be missing", async () => {
    expect(await verifier.verify(token({ iat: undefined }))).toEqual({
      userId: "ada",
      rooms: [],
      scopes: new Set(),
      expiresAtMs: (nowSeconds + 60) * 1_000,
    });
  });
});

describe("when what came is no token", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["an empty string", ""],
    ["an object", {}],
    ["an array", []],
    ["an array with a token", [token()]],
    ["a number", 42],
    ["words", "let me in"],
    ["two parts", "a.b"],
    ["five parts", "a.b.c.d.e"],
    ["a header that is no JSON", `bm9wZQ.${token().split(".").slice(1).join(".")}`],
    ["a header that is a number", forgedToken("5", claimsWith(), hmacSignature(secret))],
    ["a payload that is null", forgedToken({ alg: "HS256" }, "null", hmacSignature(secret))],
    ["a payload that is text", forgedToken({ alg: "HS256" }, "ada", hmacSignature(secret))],
    [
      "a payload that is no JSON under typ JWT",
      forgedToken({ alg: "HS256", typ: "JWT" }, "{", hmacSignature(secret)),
    ],
  ])("%s is refused", (_title, value) => expectRefusal(verifier, value));

  test("a token of 8 KB is read, one character more is not", async () => {
    const padded = (length: number) => token({ pad: "x".repeat(length) });
    const lengths = Array.from({ length: 200 }, (_, index) => 5_900 + index);
    const atLimit = lengths.map(padded).find((text) => text.length === 8_192);
    expect(await verifier.verify(atLimit)).toMatchObject({ userId: "ada" });
    await expect(verifier.verify(`${atLimit}A`)).rejects.toThrow("too long");
  });
});

describe("when the signature is not the issuer's", () => {
  test.each([
    ["alg none", forgedToken({ alg: "none", typ: "JWT" }, claimsWith())],
    ["alg None", forgedToken({ alg: "None", typ: "JWT" }, claimsWith())],
    ["no alg", forgedToken({ typ: "JWT" }, claimsWith(), hmacSignature(secret))],
    ["alg as an array", forgedToken({ alg: ["HS256"] }, claimsWith(), hmacSignature(secret))],
    ["an empty signature", forgedToken({ alg: "HS256", typ: "JWT" }, claimsWith())],
    ["another secret", forgedToken({ alg: "HS256" }, claimsWith(), hmacSignature(`${secret}!`))],
    ["HS512 where HS256 is pinned", tokenOf(claimsWith(), key, { alg: "HS512" })],
    [
      "a payload that was changed",
      token().replace(/\..*\./, `.${Buffer.from('{"sub":"eve"}').toString("base64url")}.`),
    ],
  ])("%s is refused", (_title, forged) => expectRefusal(verifier, forged));
});

describe("when the times of the token", () => {
  test.each([
    ["lack exp", { exp: undefined }],
    ["have exp as text", { exp: String(nowSeconds + 60) }],
    ["have exp as null", { exp: null }],
    ["have exp past what a date can hold", { exp: 1e308 }],
    ["have nbf in the future", { nbf: nowSeconds + 60 }],
    ["have nbf as text", { nbf: "0" }],
    ["have iat as text", { iat: "yesterday" }],
  ])("SEC-5 %s, it is unauthorized", (_title, changes) => expectRefusal(verifier, token(changes)));

  test("have exp as Infinity, it is unauthorized", async () => {
    const payload = JSON.stringify(claimsWith()).replace(/"exp":\d+/, '"exp":1e999');
    await expectRefusal(verifier, forgedToken({ alg: "HS256" }, payload, hmacSignature(secret)));
  });

  test("SEC-5 have exp in the past, it has expired", () =>
    expectRefusal(verifier, token({ exp: nowSeconds - 60 }), "token_expired"));

  test("are off by less than the tolerance of 5 s, it passes", async () => {
    expect(await verifier.verify(token({ exp: nowSeconds - 4, nbf: nowSeconds + 4 }))).toBeDefined();
    await expectRefusal(verifier, token({ exp: nowSeconds - 5 }), "token_expired");
    await expectRefusal(verifier, token({ nbf: nowSeconds + 6 }));
  });

  test("have iat ahead, it passes up to the tolerance, and beyond it is unauthorized and says why", async () => {
    expect(await verifier.verify(token({ iat: nowSeconds + 5 }))).toBeDefined();
    await expect(verifier.verify(token({ iat: nowSeconds + 6 }))).rejects.toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("`iat` (2027-01-15T08:00:06.000Z) is in the future"),
    });
  });
});

describe("when issuer and audience are required", () => {
  const strict = createTokenVerifier({ secret, now, issuer: "https://id.example", audience: "roomcast" });
  const ours = { iss: "https://id.example", aud: "roomcast" };

  test("a token for us passes", async () => {
    expect(await strict.verify(token(ours))).toBeDefined();
    expect(await strict.verify(token({ ...ours, aud: ["other", "roomcast"] }))).toBeDefined();
  });

  test.each([
    ["without issuer", { iss: undefined }],
    ["of another issuer", { iss: "https://id.example.evil" }],
    ["without audience", { aud: undefined }],
    ["for another audience", { aud: "another" }],
    ["for other audiences", { aud: ["another", "third"] }],
  ])("SEC-6 a token %s is refused", (_title, changes) =>
    expectRefusal(strict, token({ ...ours, ...changes })),
  );
});

describe("when a claim is malformed", () => {
  test.each([
    ["no sub", { sub: undefined }],
    ["an empty sub", { sub: "" }],
    ["a sub outside the room grammar", { sub: "ada:project" }],
    ["a sub with a line break", { sub: "ada\n" }],
    ["a sub of 65 characters", { sub: "a".repeat(65) }],
    ["a sub that is a number", { sub: 7 }],
    ["rooms as text", { rooms: "project:*" }],
    ["a room that is no text", { rooms: [7] }],
    ["a pattern with a wildcard in the middle", { rooms: ["project:a*"] }],
    ["257 rooms", { rooms: Array.from({ length: 257 }, (_, index) => `project:${index}`) }],
    ["scope as a number", { scope: 7 }],
    ["scope as a list of other things than text", { scope: ["admin", 7] }],
    ["scope as an object", { scope: { admin: true } }],
    ["jti as a number", { jti: 1 }],
    ["jti of 129 characters", { jti: "x".repeat(129) }],
  ])("%s is refused, and the claim named", async (_title, changes) => {
    const refusal = await expectRefusal(verifier, token(changes));
    expect(refusal.message).toContain(`the token's \`${Object.keys(changes)[0]}`);
  });

  test.each([["nbf"], ["exp"], ["iat"]])(
    "%s that is no number is refused, and the claim named",
    async (claim) => {
      const refusal = await expectRefusal(verifier, token({ [claim]: "soon" }));
      expect(refusal.message).toBe(`the token's \`${claim}\` must be a number of seconds since 1970`);
    },
  );

  test("WS-AUTH-20 one that is null counts as absent", async () => {
    const absent = await verifier.verify(
      token({ rooms: undefined, scope: undefined, jti: undefined, iat: undefined }),
    );
    const isNull = await verifier.verify(
      token({ rooms: null, scope: null, jti: null, iat: null, nbf: null }),
    );
    expect(isNull).toEqual(absent);
    for (const claim of ["sub", "exp"]) await expectRefusal(verifier, token({ [claim]: null }));
  });

  test("scopes may be a list", async () => {
    const { scopes } = await verifier.verify(token({ scope: ["events:publish", "admin"] }));
    expect(scopes).toEqual(new Set(["events:publish", "admin"]));
  });

  test("256 rooms pass", async () => {
    const rooms = Array.from({ length: 256 }, (_, index) => `project:${index}`);
    expect((await verifier.verify(token({ rooms }))).rooms).toHaveLength(256);
  });
});

describe("what a refusal tells", () => {
  test("neither the token nor what was expected", async () => {
    const strict = createTokenVerifier({ secret, now, audience: "the-audience" });
    const error = await strict.verify(token()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).toBody()).toEqual({
      code: "unauthorized",
      message: "the token does not verify",
      retryable: false,
    });
  });
});

describe("signToken", () => {
  test("makes tokens that verify, each with its own id", async () => {
    const live = createTokenVerifier({ secret, issuer: "demo", audience: "roomcast" });
    const claims = { userId: "ada", rooms: ["project:*"], scope: "events:publish" };
    const sign = () => signToken({ ...claims, issuer: "demo", audience: "roomcast" }, secret);
    const [one, two] = await Promise.all([live.verify(sign()), live.verify(sign())]);
    expect(one).toMatchObject({ userId: "ada", rooms: [{ kind: "project", id: "*" }] });
    expect(one.scopes).toEqual(new Set(["events:publish"]));
    expect(one.expiresAtMs - (one.issuedAtMs ?? 0)).toBe(3_600_000);
    expect(one.tokenId).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.tokenId).not.toBe(two.tokenId);
  });

  test("makes an expired token for a negative lifetime", () =>
    expectRefusal(
      createTokenVerifier({ secret }),
      signToken({ userId: "ada", expiresInSeconds: -60 }, secret),
      "token_expired",
    ));

  test("refuses a short secret", () => {
    expect(() => signToken({ userId: "ada" }, "short")).toThrow("32 bytes");
  });
});

describe("an unsafe configuration", () => {
  test.each([
    ["a secret of 31 bytes", { secret: secret.slice(1) }, "32 bytes"],
    ["an empty issuer", { secret, issuer: "" }, "empty"],
    ["an empty audience", { secret, audience: "" }, "empty"],
    ["a key set URL that is none", { jwksUrl: "id.example/keys" }, "URL"],
    ["a key set in a file", { jwksUrl: "file:///etc/passwd" }, "URL"],
    ["a key set URL with a password", { jwksUrl: "https://a:b@id.example/keys" }, "credentials"],
  ])("%s is an error at once", (_title, config, message) => {
    expect(() => createTokenVerifier(config)).toThrow(message);
    expect(() => createTokenVerifier(config)).not.toThrow(ProtocolError);
  });
});
