import { describe, expect, test } from "@jest/globals";
import { HistoryBuilder } from "./support/history-builder.ts";

/** Five events in one room, at 1 to 5, all of them given to the first client. */
function fiveEvents(): HistoryBuilder {
  const run = new HistoryBuilder();
  for (let n = 1; n <= 5; n++) run.event(`e${n}`, n);
  const witness = run.client().follows();
  for (let n = 1; n <= 5; n++) witness.got(`e${n}`, `a.${n}`);
  return run;
}

const allowed = { resets: ["trimmed", "diverged", "epoch"] } as const;

describe("a reset", () => {
  test("excuses the gap from the last event to its position", () => {
    const run = fiveEvents();
    run.client().follows().got("e1", "a.1").reset("a.4").got("e5", "a.5");
    expect(run.check(allowed)).toMatchObject({ anomalies: [], resets: 1 });
  });

  test("excuses nothing after its position", () => {
    const run = fiveEvents();
    run.client().follows().got("e1", "a.1").reset("a.3").got("e5", "a.5");
    expect(run.found(allowed)).toEqual(["poll-skip c1"]);
  });

  test("excuses nothing before the last event that was given", () => {
    const run = fiveEvents();
    run.client().follows().got("e1", "a.1").got("e3", "a.3").reset("a.4").got("e5", "a.5");
    expect(run.found(allowed)).toEqual(["poll-skip c1"]);
  });

  test("excuses no other room", () => {
    const run = new HistoryBuilder().event("e1", 1, { rooms: ["q"] }).event("e2", 2, { rooms: ["q"] });
    run.client().follows("q").got("e1", "a.1").got("e2", "a.2");
    run.client().follows("q").follows("r").reset("a.1").got("e2", "a.2");
    expect(run.found(allowed)).toEqual(["poll-skip c1"]);
  });

  test("excuses no other client", () => {
    const run = fiveEvents();
    run.client().follows().got("e1", "a.1").reset("a.4").got("e5", "a.5");
    run.client().follows().got("e1", "a.1").got("e5", "a.5");
    expect(run.found(allowed)).toEqual(["poll-skip c2", "poll-skip c2", "poll-skip c2"]);
  });

  test("excuses no duplicate", () => {
    const run = fiveEvents();
    run.client().follows().got("e1", "a.1").reset("a.4").got("e5", "a.5").got("e5", "a.5");
    expect(run.found(allowed)).toContain("duplicate c1");
  });

  test("must not come with a part of what it declares lost", () => {
    const run = fiveEvents();
    run
      .client()
      .established([], "a.0")
      .follows()
      .got("e1", "a.1")
      .reset("a.4")
      .got("e4", "a.4~2.4")
      .got("e5", "a.5");
    expect(run.found(allowed)).toEqual(["stray c1"]);
  });

  test("lets through what also went to a room that was not reset", () => {
    const run = new HistoryBuilder().event("e1", 1).event("e2", 2, { rooms: ["q", "r"] });
    run.client().follows("q").follows("r").got("e1", "a.1").reset("a.2").got("e2", "a.2~3.2");
    expect(run.found(allowed)).toEqual([]);
  });

  test("is an anomaly itself where the fault must not cause it", () => {
    const run = fiveEvents();
    run.client().follows("r", "a.5").reset("a.5", "diverged");
    expect(run.found()).toEqual(["unexpected-reset c1"]);
    expect(run.found({ resets: ["trimmed"] })).toEqual(["unexpected-reset c1"]);
    expect(run.found({ resets: ["diverged"] })).toEqual([]);
  });

  test("changes nothing for a client that is about to leave", () => {
    const run = fiveEvents();
    const client = run.client().established([], "a.0").follows().leaves().reset("a.2").got("e4", "a.4");
    client.left();
    expect(run.found(allowed)).toEqual([]);
  });

  test("moves the start of a past that was asked for", () => {
    const run = fiveEvents();
    run
      .client()
      .connected()
      .asks("r", { since: "a.0" })
      .reset("a.3")
      .got("e4", "a.4")
      .accepted("a.3")
      .got("e5", "a.5");
    expect(run.found(allowed)).toEqual([]);
    run.client().connected().asks("r", { since: "a.0" }).reset("a.3").accepted("a.3").got("e5", "a.5");
    expect(run.found(allowed)).toEqual(["poll-skip c2"]);
  });

  describe("that a resume tells", () => {
    /** A client that comes back to its session, and asks at once for the past that it has not been given yet. */
    function comingBack(run: HistoryBuilder) {
      const client = run.client().connected().established([], "a.0").follows("r", "a.1");
      return client.disconnected().connected(true).asks("r", { since: "a.1" });
    }
    const past = (client: ReturnType<typeof comingBack>) => client.got("e2", "a.3~2.2").got("e3", "a.3~2.3");

    test("leaves what was asked for meanwhile as it was asked", () => {
      const run = fiveEvents();
      past(comingBack(run).reset("a.3").resumed()).accepted("a.3").got("e4", "a.4").got("e5", "a.5");
      expect(run.found(allowed)).toEqual([]);
      // Live events may overtake that past, in their own order.
      past(comingBack(run).reset("a.3").resumed().got("e4", "a.4")).accepted("a.4").got("e5", "a.5");
      expect(run.found(allowed)).toEqual([]);
      const swapped = comingBack(run).reset("a.3").resumed().got("e5", "a.5").got("e4", "a.4");
      past(swapped).accepted("a.5");
      expect(run.found(allowed)).toEqual(["nonmonotonic-poll c3"]);
    });

    test("does not excuse a gap in it", () => {
      const run = fiveEvents();
      const client = comingBack(run).reset("a.3").resumed().got("e3", "a.3~2.3").accepted("a.3");
      client.got("e4", "a.4").got("e5", "a.5");
      expect(run.found(allowed)).toEqual(["poll-skip c1"]);
    });

    test("promises what comes then, also if the wish that led there was never answered", () => {
      const run = new HistoryBuilder().epochs(["a", 1], ["b", 4]).event("e1", 1).acked("e5", "a.5");
      for (const offset of [4, 5]) run.acked(`b${offset}`, `b.${offset}`).inLog(`b${offset}`, offset);
      const allowances = { ...allowed, lost: ({ key }: { key: string }) => key === "e5" };
      /** It was away while `e5` was rolled back, and asks from there: it is told by the resume and by the answer. */
      const comesBack = () => {
        const client = run.client().connected().established([], "a.0").asks("r", { since: "a.0" });
        client.got("e1", "a.5~1.1").got("e5", "a.5~1.5").disconnected().connected(true);
        return client.asks("r", { since: "a.5" }).reset("b.3").resumed();
      };
      comesBack().got("b4", "b.4").reset("b.4").accepted("b.4").got("b5", "b.5");
      expect(run.found(allowances)).toEqual([]);
      comesBack().got("b5", "b.5").reset("b.5").accepted("b.5");
      expect(run.found(allowances)).toEqual(["poll-skip c1"]);
    });

    test("must not come with a part of what it declares lost, asked for or not", () => {
      const run = fiveEvents();
      comingBack(run).reset("a.3").got("e2", "a.3~2.2").resumed().got("e3", "a.3~3.3").accepted("a.3");
      expect(run.found(allowed)).toContain("stray c1");
    });

    test("is over when the session is told so", () => {
      const run = fiveEvents();
      past(comingBack(run).resumed().reset("a.3")).accepted("a.3").got("e4", "a.4").got("e5", "a.5");
      expect(run.found(allowed)).toEqual(["stray c1", "stray c1"]);
    });
  });
});

describe("a rollback", () => {
  /** `e2` was rolled back, and its offset given to `e3`. */
  function rolledBack(): HistoryBuilder {
    const run = new HistoryBuilder().epochs(["a", 1], ["b", 2]).event("e1", 1);
    return run.acked("e2", "a.2").acked("e3", "b.2").inLog("e3", 2);
  }
  const allowances = { resets: ["diverged"], lost: ({ key }: { key: string }) => key === "e2" } as const;

  test("must be told to everyone who was given what it undid", () => {
    const run = rolledBack();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").reset("b.1", "diverged").got("e3", "b.2");
    run.client().follows().got("e1", "a.1").got("e3", "b.2");
    expect(run.found(allowances)).toEqual([]);
    run.client().follows().got("e1", "a.1").got("e2", "a.2").got("e3", "b.2");
    expect(run.found(allowances)).toEqual(["silent-rollback c2"]);
  });

  test("must be told to whoever asked for what came after a place that it undid", () => {
    const run = rolledBack();
    run.client().connected().asks("r", { since: "a.2" }).accepted("b.2");
    expect(run.found(allowances)).toContain("silent-rollback c0");
    run
      .client()
      .connected()
      .asks("r", { since: "a.2" })
      .reset("b.1", "diverged")
      .accepted("b.1")
      .got("e3", "b.2");
    expect(run.found(allowances).filter((text) => text.endsWith("c1"))).toEqual([]);
  });

  test("need not be told to whoever left the room or began a fresh session", () => {
    const run = rolledBack();
    run.client().follows("r", "b.1").got("e3", "b.2");
    run.client().follows().got("e1", "a.1").got("e2", "a.2").leaves().left();
    run.client().follows().got("e1", "a.1").got("e2", "a.2").disconnected().connected();
    expect(run.found({ ...allowances, freshSessions: true })).toEqual([]);
  });

  test("may have an event written again, once it was told", () => {
    const run = new HistoryBuilder().epochs(["a", 1], ["b", 1]).acked("e1", "b.3").inLog("e1", 3);
    run.client().follows().got("e1", "a.1").reset("b.0", "diverged").got("e1", "b.3");
    expect(run.found(allowances)).toEqual([]);
    run.client().follows().got("e1", "a.1").got("e1", "b.3").reset("b.3", "diverged");
    expect(run.found(allowances)).toContain("duplicate c1");
  });
});

describe("a log that was emptied", () => {
  const emptied = { resets: ["epoch"], lost: ({ key }: { key: string }) => key === "e1" } as const;

  test("is excused where every room was reset", () => {
    const run = new HistoryBuilder().epochs(["b", 1]).acked("e1", "a.1").acked("e2", "b.1").inLog("e2", 1);
    run.client().follows().got("e1", "a.1").reset("b.0", "epoch").got("e2", "b.1");
    expect(run.found(emptied)).toEqual([]);
    run.client().follows().got("e1", "a.1").got("e2", "b.1");
    expect(run.found(emptied)).toEqual(["silent-rollback c1", "silent-rollback c1"]);
  });
});
