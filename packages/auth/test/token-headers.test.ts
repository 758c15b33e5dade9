import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createTokenVerifier, type TokenVerifierConfig } from "@roomcast/auth";
import { type LocalServer, sendJson, startServer } from "./support/http-server.ts";
import { jwkOf, pemOf, rsaKeys, secret } from "./support/keys.ts";
import { claimsWith, expectRefusal, now, tokenOf } from "./support/tokens.ts";

const attacker = rsaKeys();
const issuer = rsaKeys();
let server: LocalServer;

beforeAll(async () => {
  server = await startServer((response) => sendJson(response, { keys: [jwkOf(attacker, { kid: "k1" })] }));
});
afterAll(() => server.close());

const headers: [string, () => Record<string, unknown>][] = [
  ["jku", () => ({ jku: server.url })],
  ["jwk", () => ({ jwk: attacker.publicKey.export({ format: "jwk" }) })],
  ["x5u", () => ({ x5u: server.url })],
  ["x5c", () => ({ x5c: ["MIIB"] })],
  ["crit", () => ({ crit: ["exp"] })],
  ["a kid that is a path", () => ({ kid: "../../../../dev/null" })],
  ["a kid that is an absolute path", () => ({ kid: "/dev/null" })],
  ["a kid that is a URL", () => ({ kid: server.url })],
  ["a kid that is SQL", () => ({ kid: "' UNION SELECT 'key" })],
  ["a kid with a NUL", () => ({ kid: "k1\u0000" })],
  ["a kid with a line break", () => ({ kid: "k1\n" })],
  ["an empty kid", () => ({ kid: "" })],
  ["a kid of 129 characters", () => ({ kid: "k".repeat(129) })],
  ["a kid that is a number", () => ({ kid: 1 })],
  ["a kid that is an object", () => ({ kid: {} })],
];

/** Each configuration with a key whose signatures it would otherwise accept (the key set: the attacker's own). */
const configurations: [string, () => TokenVerifierConfig, "HS256" | "RS256"][] = [
  ["a secret", () => ({ secret, now }), "HS256"],
  ["a PEM key", () => ({ publicKeyPem: pemOf(attacker.publicKey), now }), "RS256"],
  ["a key set", () => ({ jwksUrl: server.url, now }), "RS256"],
];

describe.each(configurations)("with %s", (_name, config, alg) => {
  const key = alg === "HS256" ? createSecretKey(Buffer.from(secret)) : attacker.privateKey;

  test.each(headers)(
    "SEC-4 a token with %s in its header is refused and nothing is fetched",
    async (_title, header) => {
      await expectRefusal(createTokenVerifier(config()), handSigned(header(), alg, key));
      expect(server.seen).toEqual([]);
    },
  );
});

test.each(configurations)(
  "with %s, the same token without such a header passes",
  async (_name, config, alg) => {
    const key = alg === "HS256" ? createSecretKey(Buffer.from(secret)) : attacker.privateKey;
    expect(await createTokenVerifier(config()).verify(handSigned({}, alg, key))).toMatchObject({
      userId: "ada",
    });
  },
);

test("a kid may be plain or padded base64", async () => {
  const verifier = createTokenVerifier({ publicKeyPem: pemOf(issuer.publicKey), now });
  for (const kid of [
    "2024-01.main",
    "mXVHYPvUKOKbBdOrxEpZD8n4SIvHmZ5u0KA+1M3/XHk=",
    "_-a",
    "k".repeat(128),
  ]) {
    expect(
      await verifier.verify(tokenOf(claimsWith(), issuer.privateKey, { alg: "RS256", kid })),
    ).toBeDefined();
  }
});

function handSigned(
  header: Record<string, unknown>,
  alg: "HS256" | "RS256",
  key: typeof attacker.privateKey,
): string {
  return tokenOf(claimsWith(), key, { kid: "k1", ...header, alg });
}
