import { describe, expect, test } from "@jest/globals";
import { HistoryBuilder } from "./support/history-builder.ts";

/** `e1` is sent before what `revoke` does, `e2` after it; both are given to a witness. */
function aroundRevocation(revoke: (run: HistoryBuilder) => void, rooms = ["r"]): HistoryBuilder {
  const run = new HistoryBuilder().event("e1", 1, { rooms });
  revoke(run);
  run.event("e2", 2, { rooms });
  run.client("witness").follows("r").got("e1", "a.1").got("e2", "a.2");
  return run;
}

describe("a revoked user", () => {
  const revoked = () => aroundRevocation((run) => run.revokes("eve"));

  test("gives up, and is owed nothing more", () => {
    const run = revoked();
    run.client("eve").follows().got("e1", "a.1").disconnected().givesUp();
    expect(run.found()).toEqual([]);
  });

  test("may miss the last events before the revocation", () => {
    const run = revoked();
    run.client("eve").follows().disconnected().givesUp();
    expect(run.found()).toEqual([]);
  });

  test("must not be given what was sent after it, and must not stay", () => {
    const run = revoked();
    run.client("eve").follows().got("e1", "a.1").got("e2", "a.2").disconnected().givesUp();
    expect(run.found()).toEqual(["revoked-access eve"]);
    const other = revoked();
    other.client("eve").follows().got("e1", "a.1");
    expect(other.found()).toContain("revoked-access eve");
  });

  test("may stay if the revocation was never acknowledged, or was lost by what may lose it", () => {
    const unanswered = aroundRevocation((run) => run.revokes("eve", { isLost: true }));
    unanswered.client("eve").follows().got("e1", "a.1").got("e2", "a.2");
    expect(unanswered.found()).toEqual([]);
    const run = revoked();
    run.client("eve").follows().got("e1", "a.1").got("e2", "a.2");
    expect(run.found()).not.toEqual([]);
    expect(run.found({ forgotten: ({ client }) => client === "eve" })).toEqual([]);
  });
});

describe("a room that was taken from a user", () => {
  const taken = (rooms?: string[]) => aroundRevocation((run) => run.revokes("eve", { room: "r" }), rooms);

  test("is a reset of the reason access, which counts for no other", () => {
    const run = taken();
    run.client("eve").follows().got("e1", "a.1").reset("a.1", "access");
    expect(run.check()).toMatchObject({ anomalies: [], resets: 0 });
    run.client("ada").follows().got("e1", "a.1").reset("a.1", "access");
    expect(run.found()).toEqual(["unexpected-reset ada"]);
    expect(run.found({ closed: (client) => client === "ada" })).toEqual([]);
  });

  test("must be told, and nothing of it may follow", () => {
    const run = taken();
    run.client("eve").follows().got("e1", "a.1").got("e2", "a.2").reset("a.2", "access");
    expect(run.found()).toEqual(["revoked-access eve"]);
    const untold = taken();
    untold.client("eve").follows().got("e1", "a.1");
    expect(untold.found()).toContain("revoked-access eve");
  });

  test("leaves what goes to another room as well", () => {
    const run = taken(["r", "q"]);
    const client = run.client("eve").follows("r").follows("q").got("e1", "a.1").reset("a.1", "access");
    client.got("e2", "a.2");
    expect(run.found()).toEqual([]);
  });

  test("stays closed without a word when it is asked for again", () => {
    const run = taken();
    const client = run.client("eve").follows().got("e1", "a.1").reset("a.1", "access");
    client.asks("r").refused("forbidden", true);
    expect(run.found()).toEqual([]);
    run.client("ada").follows("q").asks("r").refused("forbidden", true);
    expect(run.found()).toEqual(["refused ada"]);
  });
});

describe("a client that nobody revoked", () => {
  test("must not give up, and is told once that it did", () => {
    const run = aroundRevocation(() => undefined);
    run.client("ada").follows().got("e1", "a.1").disconnected().givesUp("too_many_connections");
    expect(run.found()).toEqual(["gave-up ada"]);
  });

  test("may be refused a room for a while", () => {
    const run = aroundRevocation(() => undefined);
    run.client("ada").connected().asks("r").refused();
    expect(run.found()).toEqual([]);
  });
});
