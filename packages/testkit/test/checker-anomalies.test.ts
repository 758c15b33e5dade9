import { describe, expect, test } from "@jest/globals";
import { HistoryBuilder } from "./support/history-builder.ts";

/** Three events in one room, at 1, 2 and 3. */
function threeEvents(): HistoryBuilder {
  return new HistoryBuilder().event("e1", 1).event("e2", 2).event("e3", 3);
}

describe("a clean history", () => {
  test("has no anomaly when everyone is given everything in order", () => {
    const run = threeEvents();
    for (let n = 0; n < 3; n++) run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "a.3");
    expect(run.check()).toMatchObject({ anomalies: [], resets: 0, freshSessions: 0, receipts: 9 });
  });

  test("asks nothing of a client for what came before it followed the room", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "a.3");
    run.client().follows("r", "a.2").got("e3", "a.3");
    run.client().connected();
    expect(run.found()).toEqual([]);
  });

  test("takes an event that was never acknowledged, whether it was written or not", () => {
    const run = new HistoryBuilder().event("e1", 1).unacked("e2").unacked("e3").inLog("e3", 2);
    run.client().follows().got("e1", "a.1").got("e3", "a.2");
    expect(run.found()).toEqual([]);
  });
});

describe("lost-write", () => {
  test("an acknowledged event that nobody was given though somebody followed the room, told once", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e3", "a.3");
    run.client().follows().got("e1", "a.1").got("e3", "a.3");
    expect(run.found()).toEqual(["lost-write"]);
  });

  test("an acknowledged event that is not in the log at the end, even if nobody followed its room", () => {
    expect(new HistoryBuilder().event("e1", 1).acked("e2", "a.2").found()).toEqual(["lost-write"]);
  });

  test("an acknowledged event that was rolled back, unless the fault may cost it", () => {
    const run = new HistoryBuilder().epochs(["a", 1], ["b", 2]).event("e1", 1).acked("e2", "a.2");
    expect(run.found()).toEqual(["lost-write"]);
    expect(run.found({ lost: ({ key }) => key === "e2" })).toEqual([]);
    expect(run.found({ lost: ({ key }) => key === "e1" })).toEqual(["lost-write"]);
  });
});

describe("duplicate", () => {
  test("an event that a session is given twice", () => {
    const run = new HistoryBuilder().event("e1", 1);
    run.client().follows().got("e1", "a.1").got("e1", "a.1");
    expect(run.found()).toContain("duplicate c0");
  });

  test("also over a resume, and as part of the past", () => {
    const run = new HistoryBuilder().event("e1", 1);
    run.client().follows().got("e1", "a.1").disconnected().connected(true).got("e1", "a.1~2.1");
    expect(run.found()).toContain("duplicate c0");
  });

  test("not when the session is a fresh one", () => {
    const run = new HistoryBuilder().event("e1", 1);
    run
      .client()
      .follows()
      .got("e1", "a.1")
      .disconnected()
      .connected()
      .asks("r", { since: "a.0" })
      .got("e1", "a.1~1.1");
    expect(run.found({ freshSessions: true })).toEqual([]);
  });

  test("not when the client left the room and asked for this past again", () => {
    const run = new HistoryBuilder().event("e1", 1).event("e2", 2);
    const client = run.client().follows().got("e1", "a.1").got("e2", "a.2").leaves().left();
    client.asks("r", { since: "a.1" }).got("e2", "a.2~2.2").accepted("a.2");
    expect(run.found()).toEqual([]);
    client.got("e1", "a.2~2.1");
    expect(run.found()).toEqual(["duplicate c0"]);
  });

  test("one idempotency key that was written as two events", () => {
    const run = new HistoryBuilder().event("e1", 1);
    run.client().follows().got("e1", "a.1").got("e1", "a.2", "other-id");
    expect(run.found()).toEqual(["duplicate"]);
  });

  test("one event that was written at two places", () => {
    const run = new HistoryBuilder().event("e1", 1);
    run.client().follows().got("e1", "a.1");
    run.client().follows().got("e1", "a.2");
    expect(run.found()).toEqual(["duplicate"]);
  });
});

describe("poll-skip", () => {
  test("an event that one client lacks between those it was given", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "a.3");
    run.client().follows().got("e1", "a.1").got("e3", "a.3");
    expect(run.found()).toEqual(["poll-skip c1"]);
  });

  test("also when the gap lies in the time without a connection", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "a.3");
    run.client().follows().got("e1", "a.1").disconnected().connected(true).got("e3", "a.3");
    expect(run.found()).toEqual(["poll-skip c1"]);
  });

  test("an event that was never acknowledged but that another client was given", () => {
    const run = new HistoryBuilder().unacked("e1").event("e2", 2);
    run.client().follows().got("e1", "a.1").got("e2", "a.2");
    run.client().follows().got("e2", "a.2");
    expect(run.found()).toEqual(["poll-skip c1"]);
  });

  test("looks at each of an event's rooms, and at the filter", () => {
    const run = new HistoryBuilder()
      .event("e1", 1, { rooms: ["q", "r"], tag: "x" })
      .event("e2", 2, { tag: "y" });
    run.client().follows("q").got("e1", "a.1");
    run.client().follows("r", "a.0", ["y"]).got("e2", "a.2");
    run.client().follows("r", "a.0", ["x"]).got("e1", "a.1");
    expect(run.found()).toEqual([]);
    run.client().follows("r").got("e2", "a.2");
    expect(run.found()).toEqual(["poll-skip c3"]);
  });
});

describe("nonmonotonic-poll", () => {
  test("events of a room out of the log's order", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e3", "a.3").got("e2", "a.2");
    expect(run.found()).toEqual(["nonmonotonic-poll c0"]);
  });

  test("also when the past of a resume comes after something newer", () => {
    const run = threeEvents();
    const client = run.client().follows().got("e1", "a.1").disconnected().connected(true);
    client.got("e3", "a.3").got("e2", "a.3~1.2");
    expect(run.found()).toEqual(["nonmonotonic-poll c0"]);
  });

  test("not between different rooms", () => {
    const run = new HistoryBuilder().event("e1", 1, { rooms: ["q"] }).event("e2", 2);
    run
      .client()
      .follows("r")
      .asks("q", { since: "a.0" })
      .got("e2", "a.2")
      .got("e1", "a.2~2.1")
      .accepted("a.2");
    expect(run.found()).toEqual([]);
  });

  test("not when the client goes back of its own will, but then within that past", () => {
    const run = threeEvents().event("e4", 4);
    const client = run.client().follows("r", "a.2").got("e3", "a.3").asks("r", { since: "a.0" });
    client.got("e1", "a.3~2.1").got("e2", "a.3~2.2").got("e4", "a.4").accepted("a.3");
    expect(run.found()).toEqual([]);
    const other = run.client().follows("r", "a.2").got("e3", "a.3").asks("r", { since: "a.0" });
    other.got("e2", "a.3~2.2").got("e1", "a.3~2.1").got("e4", "a.4").accepted("a.3");
    expect(run.found()).toEqual(["nonmonotonic-poll c1"]);
  });
});

describe("inconsistent-offset", () => {
  test("one position that names two events", () => {
    const run = new HistoryBuilder().event("e1", 1).acked("e2", "a.2").inLog("e2", 2);
    run.client().follows().got("e1", "a.1").got("e2", "a.2");
    run.client().follows().got("e2", "a.1");
    expect(run.found()).toContain("inconsistent-offset");
  });

  test("not when a new epoch gave the offset out again", () => {
    const run = new HistoryBuilder().epochs(["a", 1], ["b", 2]).event("e1", 1);
    run.acked("e2", "a.2").acked("e3", "b.2").inLog("e3", 2);
    expect(run.found({ lost: ({ key }) => key === "e2" })).toEqual([]);
  });
});

describe("unfinished, stray and unexpected", () => {
  test("a client that lacks the newest events at the end", () => {
    const run = threeEvents();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "a.3");
    run.client().follows().got("e1", "a.1").disconnected();
    expect(run.found()).toEqual(["unfinished c1", "unfinished c1"]);
  });

  test("an event of a room that the client does not follow, or that its filter excludes", () => {
    const run = new HistoryBuilder().event("e1", 1, { tag: "x" }).event("e2", 2, { rooms: ["q"] });
    run.client().established([], "a.0").follows("r", "a.0", ["y"]).got("e1", "a.1");
    run.client().established([], "a.0").follows("r").got("e1", "a.1").got("e2", "a.2");
    expect(run.found()).toEqual(["stray c0", "stray c1"]);
  });

  test("a fresh session that the fault must not cause", () => {
    const run = new HistoryBuilder();
    run.client().connected().disconnected().connected();
    expect(run.found()).toEqual(["unexpected-session c0"]);
    expect(run.check({ freshSessions: true })).toMatchObject({ anomalies: [], freshSessions: 1 });
  });
});
