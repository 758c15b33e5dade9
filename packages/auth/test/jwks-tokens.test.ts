import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createTokenVerifier, type TokenVerifier } from "@roomcast/auth";
import type { Algorithm } from "jsonwebtoken";
import { Clock } from "./support/clock.ts";
import { type LocalServer, sendJson, startServer } from "./support/http-server.ts";
import { ecKeys, jwkOf, type KeyPair, pemOf, rsaKeys } from "./support/keys.ts";
import { claimsWith, expectRefusal, forgedToken, hmacSignature, now, tokenOf } from "./support/tokens.ts";

const rsa = rsaKeys();
const ec = ecKeys();
const next = rsaKeys();

/** After these times the key set may be, and must be, fetched again. */
const ages = { fresh: 5_000, stale: 600_000 };
let clock: Clock;
let server: LocalServer;
let verifier: TokenVerifier;
let answer: (response: ServerResponse) => void;

const publish = (...keys: unknown[]) => {
  answer = (response) => sendJson(response, { keys });
};
const token = ({ privateKey }: KeyPair, kid: string | undefined, alg: Algorithm = "RS256") =>
  tokenOf(claimsWith({ exp: now() / 1_000 + 3_600 }), privateKey, kid === undefined ? { alg } : { alg, kid });
const expectAccepted = async (text: string) =>
  expect(await verifier.verify(text)).toMatchObject({ userId: "ada" });

beforeEach(async () => {
  clock = new Clock(now());
  publish(jwkOf(rsa, { kid: "r1", alg: "RS256" }), jwkOf(ec, { kid: "e1" }));
  server = await startServer((response) => answer(response));
  verifier = createTokenVerifier({
    jwksUrl: server.url,
    jwksTimeoutMs: 2_000,
    now: clock.now,
    sleep: clock.sleep,
  });
});
afterEach(() => server.close());

describe("when the key is in the set", () => {
  test("its tokens verify, and the set is fetched once", async () => {
    await expectAccepted(token(rsa, "r1"));
    await expectAccepted(token(ec, "e1", "ES256"));
    await expectAccepted(token(rsa, "r1"));
    expect(server.seen).toEqual([{ method: "GET", path: "/endpoint", body: "" }]);
  });

  test("tokens that come at the same time wait for one fetch", async () => {
    await Promise.all(Array.from({ length: 20 }, () => expectAccepted(token(rsa, "r1"))));
    expect(server.seen).toHaveLength(1);
  });

  test("a fetch that takes long is not joined by a second one", async () => {
    const open: ServerResponse[] = [];
    answer = (response) => open.push(response);
    const first = verifier.verify(token(rsa, "r1"));
    await server.received(1);
    clock.advance(ages.fresh);
    const second = verifier.verify(token(rsa, "r1"));
    for (const response of open) sendJson(response, { keys: [jwkOf(rsa, { kid: "r1" })] });
    expect(await Promise.all([first, second])).toHaveLength(2);
    expect(server.seen).toHaveLength(1);
  });

  test("keys of different types may share a kid", async () => {
    publish(jwkOf(rsa, { kid: "same" }), jwkOf(ec, { kid: "same" }));
    await expectAccepted(token(ec, "same", "ES256"));
    await expectAccepted(token(rsa, "same"));
  });

  test("the set is fetched again when it is ten minutes old", async () => {
    await expectAccepted(token(rsa, "r1"));
    publish(jwkOf(next, { kid: "r2" }));
    clock.advance(ages.stale - 1);
    await expectAccepted(token(rsa, "r1"));
    clock.advance(1);
    await expectRefusal(verifier, token(rsa, "r1"));
    expect(server.seen).toHaveLength(2);
  });
});

describe("when the token does not fit the key", () => {
  test.each<[string, () => string]>([
    ["signed by another key", () => token(next, "r1")],
    ["signed with another algorithm", () => token(rsa, "r1", "RS512")],
    ["naming a key of another type", () => token(rsa, "e1")],
    [
      "HS256 with the public key as secret",
      () => forgedToken({ alg: "HS256", kid: "r1" }, claimsWith(), hmacSignature(pemOf(rsa.publicKey))),
    ],
    ["alg none", () => forgedToken({ alg: "none", kid: "r1" }, claimsWith())],
    ["without signature", () => forgedToken({ alg: "RS256", kid: "r1" }, claimsWith())],
  ])("%s, it is refused", async (_title, make) => {
    await expectAccepted(token(rsa, "r1"));
    clock.advance(ages.fresh);
    await expectRefusal(verifier, make());
  });

  test.each<[string, () => string]>([
    ["no kid", () => token(rsa, undefined)],
    ["an algorithm that is not accepted", () => token(rsa, "r1", "RS512")],
    ["alg none", () => forgedToken({ alg: "none", kid: "r1" }, claimsWith())],
  ])("with %s nothing is fetched", async (_title, make) => {
    await expectRefusal(verifier, make());
    expect(server.seen).toEqual([]);
  });
});

describe("when the issuer rotates its keys", () => {
  test("an unknown kid fetches the set again", async () => {
    await expectAccepted(token(rsa, "r1"));
    publish(jwkOf(next, { kid: "r2" }));
    clock.advance(ages.fresh);
    await expectAccepted(token(next, "r2"));
    clock.advance(ages.fresh);
    await expectRefusal(verifier, token(rsa, "r1"));
    expect(server.seen).toHaveLength(3);
  });

  test("WS-AUTH-15 right after a fetch, a token with the new key waits for the next one and is accepted", async () => {
    await expectAccepted(token(rsa, "r1"));
    publish(jwkOf(next, { kid: "r2" }));
    const waiting = expectAccepted(token(next, "r2"));
    await clock.sleeping(1);
    expect(server.seen).toHaveLength(1);
    clock.advance(ages.fresh);
    await waiting;
    expect(server.seen).toHaveLength(2);
  });

  test("a set that was asked for before the token came does not say that its key is unknown", async () => {
    const open: ServerResponse[] = [];
    answer = (response) => open.push(response);
    const first = expectAccepted(token(rsa, "r1"));
    await server.received(1);
    clock.advance(1);
    const second = expectAccepted(token(next, "r2"));
    publish(jwkOf(next, { kid: "r2" }));
    for (const response of open) sendJson(response, { keys: [jwkOf(rsa, { kid: "r1" })] });
    await first;
    await clock.sleeping(1);
    clock.advance(ages.fresh);
    await second;
    expect(server.seen).toHaveLength(2);
  });

  test("invented kids cause at most one fetch in 5 s, are refused then, and do not shut out known keys", async () => {
    await expectAccepted(token(rsa, "r1"));
    const refused = Array.from({ length: 50 }, (_, index) =>
      expectRefusal(verifier, token(next, `x${index}`)),
    );
    await clock.sleeping(1);
    await expectAccepted(token(rsa, "r1"));
    expect(server.seen).toHaveLength(1);
    clock.advance(ages.fresh);
    await Promise.all(refused);
    await expectAccepted(token(rsa, "r1"));
    expect(server.seen).toHaveLength(2);
    expect(clock.slept).toBe(1);
  });

  test("more invented kids than may wait are told to come again; known keys are accepted", async () => {
    await expectAccepted(token(rsa, "r1"));
    const text = token(next, "x");
    const outcomes = Array.from({ length: 1_010 }, () => verifier.verify(text));
    const codes = Promise.allSettled(outcomes).then((all) =>
      all.map((one) => (one as PromiseRejectedResult).reason.code),
    );
    await clock.sleeping(1);
    await expectAccepted(token(rsa, "r1"));
    clock.advance(ages.fresh);
    expect((await codes).filter((code) => code === "unavailable")).toHaveLength(10);
    expect((await codes).filter((code) => code === "unauthorized")).toHaveLength(1_000);
    expect(server.seen).toHaveLength(2);
  });
});

describe("when a key in the set is not for us", () => {
  test.each<[string, () => unknown]>([
    ["for encryption", () => jwkOf(rsa, { kid: "k", use: "enc" })],
    ["for signing only", () => jwkOf(rsa, { kid: "k", use: undefined, key_ops: ["sign"] })],
    ["for another algorithm", () => jwkOf(rsa, { kid: "k", alg: "PS256" })],
    ["too short", () => jwkOf(rsaKeys(1_024), { kid: "k" })],
    ["a shared secret", () => ({ kty: "oct", kid: "k", k: "c2VjcmV0" })],
    ["without kid", () => jwkOf(rsa, {})],
    ["broken", () => jwkOf(rsa, { kid: "k", n: 5 })],
    ["null", () => null],
  ])("%s, it is passed over and the others work", async (_title, jwk) => {
    publish(jwk(), jwkOf(ec, { kid: "e1" }));
    await expectRefusal(verifier, token(rsa, "k"));
    await expectAccepted(token(ec, "e1", "ES256"));
  });

  test("private, only its public part is read", async () => {
    publish({ ...rsa.privateKey.export({ format: "jwk" }), kid: "r1" });
    await expectAccepted(token(rsa, "r1"));
  });
});

describe("when the key set cannot be had", () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["an error status", (response) => sendJson(response, { keys: [] }, 500)],
    ["a redirect", (response) => response.writeHead(302, { location: "/other" }).end()],
    ["a page", (response) => response.end("<html>")],
    ["no JWK Set", (response) => sendJson(response, { keys: "none" })],
    ["null", (response) => sendJson(response, null)],
    ["more than 1 MiB", (response) => sendJson(response, { keys: [], pad: "x".repeat(1_048_576) })],
    ["silence", () => {}],
    ["a body that never ends", (response) => void response.writeHead(200).write('{"keys":')],
    ["a hang-up", (response) => response.destroy()],
  ])("because of %s, a token is unavailable", async (_title, behaviour) => {
    answer = behaviour;
    await expectRefusal(verifier, token(rsa, "r1"), "unavailable");
    expect(server.seen).toHaveLength(1);
  });

  test("because nothing listens, a token is unavailable", async () => {
    await server.close();
    await expectRefusal(verifier, token(rsa, "r1"), "unavailable");
  });

  test("WS-AUTH-15 known keys go on working and unknown ones are unavailable, until it can be had again", async () => {
    await expectAccepted(token(rsa, "r1"));
    answer = (response) => sendJson(response, {}, 503);
    clock.advance(ages.fresh);
    await expectRefusal(verifier, token(next, "r2"), "unavailable");
    await expectAccepted(token(rsa, "r1"));

    publish(jwkOf(next, { kid: "r2" }));
    await expectRefusal(verifier, token(next, "r2"), "unavailable");
    clock.advance(ages.fresh);
    await expectAccepted(token(next, "r2"));
    expect(server.seen).toHaveLength(3);
  });

  test("a set past its age is not used", async () => {
    await expectAccepted(token(rsa, "r1"));
    answer = (response) => sendJson(response, {}, 503);
    clock.advance(ages.stale);
    await expectRefusal(verifier, token(rsa, "r1"), "unavailable");
  });
});
