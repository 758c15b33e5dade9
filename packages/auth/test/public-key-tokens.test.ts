import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createTokenVerifier } from "@roomcast/auth";
import type { Algorithm } from "jsonwebtoken";
import { ecKeys, type KeyPair, pemOf, rsaKeys, secret } from "./support/keys.ts";
import { claimsWith, expectRefusal, forgedToken, hmacSignature, now, tokenOf } from "./support/tokens.ts";

const rsa = rsaKeys();
const p256 = ecKeys();
const p384 = ecKeys("P-384");
const p521 = ecKeys("P-521");

const verifierOf = ({ publicKey }: KeyPair) => createTokenVerifier({ publicKeyPem: pemOf(publicKey), now });
const token = ({ privateKey }: KeyPair, alg: Algorithm) => tokenOf(claimsWith(), privateKey, { alg });

describe("the key's type pins the algorithm", () => {
  test.each<[Algorithm, KeyPair]>([
    ["RS256", rsa],
    ["RS384", rsa],
    ["RS512", rsa],
    ["PS256", rsa],
    ["ES256", p256],
    ["ES384", p384],
    ["ES512", p521],
  ])("%s passes", async (alg, keys) => {
    expect(await verifierOf(keys).verify(token(keys, alg))).toMatchObject({ userId: "ada" });
  });

  test.each<[Algorithm, KeyPair, KeyPair]>([
    ["ES256", p256, rsa],
    ["RS256", rsa, p256],
    ["ES384", p384, p256],
    ["PS512", rsa, rsa],
    ["RS256", rsaKeys(), rsa],
  ])("%s of another type or key is refused", (alg, signer, trusted) =>
    expectRefusal(verifierOf(trusted), token(signer, alg)),
  );
});

describe("algorithm confusion", () => {
  const { publicKey } = rsa;
  const derPem = publicKey.export({ type: "pkcs1", format: "pem" }).toString();

  test.each([
    ["the PEM", pemOf(publicKey)],
    ["the PEM without its last line break", pemOf(publicKey).trim()],
    ["the PKCS#1 PEM", derPem],
  ])("SEC-3 HS256 signed with %s of the public key is refused", (_title, asSecret) =>
    expectRefusal(
      verifierOf(rsa),
      forgedToken({ alg: "HS256", typ: "JWT" }, claimsWith(), hmacSignature(asSecret)),
    ),
  );

  test.each(["none", "NONE", "", "HS256", "rs256"])("SEC-2 an unsigned token with alg %j is refused", (alg) =>
    expectRefusal(verifierOf(rsa), forgedToken({ alg, typ: "JWT" }, claimsWith())),
  );

  test("a signature cut off an RS256 token is missed", () =>
    expectRefusal(verifierOf(rsa), token(rsa, "RS256").replace(/[^.]*$/, "")));

  test("an ES256 signature of zeros is refused", () =>
    expectRefusal(
      verifierOf(p256),
      forgedToken({ alg: "ES256" }, claimsWith(), () => Buffer.alloc(64).toString("base64url")),
    ));
});

describe("a PEM that is no acceptable public key is an error at once", () => {
  const encrypted = rsa.privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: secret,
  });

  test.each([
    ["a private RSA key", pemOf(rsa.privateKey), "private key"],
    ["a private EC key", p256.privateKey.export({ type: "sec1", format: "pem" }).toString(), "private key"],
    ["an encrypted private key", encrypted.toString(), "private key"],
    ["an RSA key of 1,024 bits", pemOf(rsaKeys(1_024).publicKey), "2048 bits"],
    ["an Ed25519 key", pemOf(generateKeyPairSync("ed25519").publicKey), "must be RSA"],
    ["a curve JWTs do not use here", pemOf(ecKeys("secp256k1").publicKey), "must be RSA"],
    ["a shared secret", secret, "PEM"],
    ["nothing", "", "PEM"],
  ])("%s", (_title, publicKeyPem, message) => {
    expect(() => createTokenVerifier({ publicKeyPem })).toThrow(message);
  });
});
