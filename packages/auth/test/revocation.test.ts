import { createSecretKey, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  clockToleranceMs,
  createRevocableVerifier,
  createRoomAccess,
  createTokenVerifier,
  MemoryRevocationStore,
  RedisRevocationStore,
  type Revocation,
  type RevocationStore,
  Revoker,
  signToken,
} from "@roomcast/auth";
import { ProtocolError, parseRoom } from "@roomcast/events";
import { parseRedisUrl, RedisConnection } from "@roomcast/service";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { claimsWith, tokenOf } from "./support/tokens.ts";

const secret = "a-secret-of-thirty-two-bytes-or-more";
const verifier = createTokenVerifier({ secret });
const later = () => Date.now() + 60_000;
const token = (userId: string) => signToken({ userId, rooms: ["project:*"] }, secret);

let redis: RedisServer;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startRedis();
  const target = parseRedisUrl(redis.url);
  connection = new RedisConnection({ target, name: "test", onError: () => undefined });
  await connection.connect();
});
afterAll(async () => {
  await connection.close();
  await redis.stop();
});

describe.each<[string, () => RevocationStore]>([
  ["memory", () => new MemoryRevocationStore({ ttlMs: 60_000 })],
  [
    "Redis",
    () =>
      new RedisRevocationStore({ redis: () => connection.client, ttlMs: 60_000, keyPrefix: randomUUID() }),
  ],
])("revocations in %s", (_, open) => {
  test("a user's tokens issued until then are refused, later ones and other users' are not", async () => {
    const store = open();
    const revocable = createRevocableVerifier(verifier, store);
    await store.add({ userId: "ada", atMs: later() });
    await expect(revocable.verify(token("ada"))).rejects.toMatchObject({ code: "revoked" });
    await expect(revocable.verify(token("bob"))).resolves.toMatchObject({ userId: "bob" });
    await store.add({ userId: "bob", atMs: Date.now() - clockToleranceMs - 1_000 });
    await expect(revocable.verify(token("bob"))).resolves.toMatchObject({ userId: "bob" });
  });

  test("what is taken back stays so when a clock that is behind takes it back again", async () => {
    const store = open();
    const room = "project:1";
    for (const atMs of [later(), later() - 3_600_000]) {
      await store.add({ userId: "ada", atMs });
      await store.add({ userId: "ada", room, atMs });
    }
    const { everythingUntilMs, roomsUntilMs } = await store.of("ada");
    expect(everythingUntilMs).toBeGreaterThan(Date.now());
    expect(roomsUntilMs.get(room)).toBeGreaterThan(Date.now());
  });

  test.each([0, 2, 5])("SEC-54 a token with `iat` %d s ahead is taken back all the same", async (ahead) => {
    const store = open();
    const iat = Math.floor(Date.now() / 1_000) + ahead;
    const early = tokenOf(claimsWith({ iat, exp: iat + 60 }), createSecretKey(secret, "utf8"), {
      alg: "HS256",
    });
    await store.add({ userId: "ada", atMs: iat * 1_000 - ahead * 1_000 });
    const revocable = createRevocableVerifier(createTokenVerifier({ secret, now: () => iat * 1_000 }), store);
    await expect(revocable.verify(early)).rejects.toMatchObject({ code: "revoked" });
  });

  test("one token by its jti", async () => {
    const store = open();
    const revocable = createRevocableVerifier(verifier, store);
    const [lost, kept] = [token("ada"), token("ada")];
    const { tokenId = "" } = await verifier.verify(lost);
    await store.add({ userId: "ada", tokenId, atMs: later() });
    await expect(revocable.verify(lost)).rejects.toMatchObject({ code: "revoked" });
    await expect(revocable.verify(kept)).resolves.toMatchObject({ userId: "ada" });
  });

  test("of many users at once, each as if asked alone", async () => {
    const store = open();
    await store.add({ userId: "ada", atMs: 5 });
    await store.add({ userId: "bob", room: "project:1", atMs: 6 });
    await store.add({ userId: "bob", tokenId: "t1", atMs: 7 });
    const found = await store.ofMany(["ada", "bob", "eve"]);
    for (const userId of ["ada", "bob"]) expect(found.get(userId)).toEqual(await store.of(userId));
    expect(found.get("eve") ?? { tokenIds: new Set(), roomsUntilMs: new Map() }).toEqual(
      await store.of("eve"),
    );
    expect(await store.ofMany([])).toEqual(new Map());
  });

  test("one room: the principal may not enter it, whatever the claims say", async () => {
    const store = open();
    await store.add({ userId: "ada", room: "project:1", atMs: later() });
    const principal = await createRevocableVerifier(verifier, store).verify(token("ada"));
    const access = createRoomAccess();
    expect(access.mayEnter(principal, parseRoom("project:1"))).toBe(false);
    expect(access.mayEnter(principal, parseRoom("project:2"))).toBe(true);
  });
});

test("when revocations cannot be looked up, nobody is let in", async () => {
  const store = new RedisRevocationStore({
    redis: () => {
      throw new Error("not connected");
    },
    ttlMs: 1_000,
  });
  const refused = createRevocableVerifier(verifier, store).verify(token("ada"));
  await expect(refused).rejects.toMatchObject({ code: "unavailable" });
  const unsent = store.add({ userId: "ada", atMs: later() });
  await expect(unsent).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/^nothing was written/),
  });
});

test("when Redis refuses to remember a revocation, nobody is told that nothing was written", async () => {
  const options = { redis: () => connection.client, ttlMs: 60_000, keyPrefix: randomUUID() };
  const store = new RedisRevocationStore(options);
  await connection.client.set(`${options.keyPrefix}{p0}:revoked:ada`, "a string");
  const refused = store.add({ userId: "ada", atMs: later() });
  await expect(refused).rejects.toMatchObject({ code: "timeout", retryable: true });
});

/** A store that remembers, or fails, and the steps that were taken in store and log. */
function revoking(failure?: ProtocolError) {
  const steps: string[] = [];
  const store = {
    add: async ({ userId }: Revocation) => {
      steps.push(`store ${userId}`);
      if (failure !== undefined) throw failure;
    },
    of: async () => ({ tokenIds: new Set<string>(), roomsUntilMs: new Map() }),
    ofMany: async () => new Map(),
  };
  const log = { append: async ({ ack }: { ack: string }) => steps.push(`log ${ack}`) };
  return { steps, revoker: new Revoker(store, log) };
}

test("a revocation is remembered first and then told in the log, both where a replica has it", async () => {
  const { steps, revoker } = revoking();
  await revoker.revoke({ userId: "ada", atMs: 1 });
  expect(steps).toEqual(["store ada", "log replicated_if_any"]);
});

test("one that only a replica lacks takes effect, and is answered as such", async () => {
  const late = new ProtocolError("not_replicated", "no replica confirmed it");
  const { steps, revoker } = revoking(late);
  await expect(revoker.revoke({ userId: "ada", atMs: 1 })).rejects.toBe(late);
  expect(steps).toHaveLength(2);
});

test("one that may not be remembered is not told in the log", async () => {
  for (const code of ["unavailable", "timeout"] as const) {
    const { steps, revoker } = revoking(new ProtocolError(code, "Redis is away"));
    await expect(revoker.revoke({ userId: "ada", atMs: 1 })).rejects.toMatchObject({ code });
    expect(steps).toEqual(["store ada"]);
  }
});
