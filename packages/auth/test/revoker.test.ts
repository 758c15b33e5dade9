import { expect, test } from "@jest/globals";
import { type Revocation, Revoker } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";

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
