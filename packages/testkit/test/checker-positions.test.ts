import { describe, expect, test } from "@jest/globals";
import { HistoryBuilder } from "./support/history-builder.ts";

/** `e1` to `e4`, the odd ones in `r`, the even ones in `q`, each given to a witness. */
function fourEvents(): HistoryBuilder {
  const run = new HistoryBuilder();
  for (let n = 1; n <= 4; n++) run.event(`e${n}`, n, { rooms: [n % 2 === 1 ? "r" : "q"], tag: `t${n}` });
  const witness = run.client().follows("r").follows("q");
  for (let n = 1; n <= 4; n++) witness.got(`e${n}`, `a.${n}`);
  return run;
}

describe("a position without an event", () => {
  test("is clean when everything up to it was given", () => {
    const run = fourEvents();
    run.client().follows("r").got("e1", "a.1").advanced("a.2").got("e3", "a.3").advanced("a.4");
    expect(run.found()).toEqual([]);
  });

  test("must not pass an event that was not given, whether it comes later or never", () => {
    const run = fourEvents();
    run.client().follows("r").got("e1", "a.1").advanced("a.3").got("e3", "a.3");
    run.client().follows("r").got("e1", "a.1").advanced("a.3").advanced("a.4");
    expect(run.found()).toEqual(["position-skip c1", "position-skip c2", "unfinished c2"]);
  });

  test("must not come before the past of a resume", () => {
    const run = fourEvents();
    const client = run.client().follows("r").got("e1", "a.1").disconnected().connected(true);
    client.advanced("a.4").got("e3", "a.4~1.3").resumed("a.4~1.4");
    expect(run.found()).toEqual(["position-skip c1"]);
  });

  test("may pass what a filter leaves out, what a reset gave up, and rooms that were left", () => {
    const run = fourEvents();
    run.client().follows("r", "a.0", ["t1"]).got("e1", "a.1").advanced("a.4");
    run.client().follows("r").got("e1", "a.1").reset("a.4").advanced("a.4");
    run.client().follows("r").got("e1", "a.1").leaves().advanced("a.4").left();
    expect(run.found({ resets: ["trimmed"] })).toEqual([]);
  });

  test("covers no more of an epoch than the log has kept of it", () => {
    const run = new HistoryBuilder().epochs(["a", 1], ["b", 2]).event("e1", 1);
    run.acked("e2", "b.2").inLog("e2", 2);
    run.client().follows().got("e1", "a.1").advanced("a.5").got("e2", "b.2");
    expect(run.found()).toEqual([]);
  });
});

describe("other positions", () => {
  test("an event must not come before an older one of another room", () => {
    const run = fourEvents();
    const client = run.client().follows("r").follows("q");
    client.got("e2", "a.2").got("e1", "a.1").got("e3", "a.3").got("e4", "a.4");
    expect(run.found()).toEqual(["position-skip c1"]);
  });

  test("the past of a newly followed room passes nothing of the rooms that were followed before", () => {
    const run = fourEvents();
    const client = run.client().follows("r").got("e1", "a.1").got("e3", "a.3").asks("q", { since: "a.0" });
    client.got("e2", "a.3~2.2").accepted("a.3").got("e4", "a.4");
    expect(run.found()).toEqual([]);
  });

  test("in the past of a resume each position holds for all rooms", () => {
    const run = fourEvents();
    const client = run.client().follows("r").follows("q").disconnected().connected(true);
    client.got("e1", "a.4~1.1").got("e3", "a.4~1.3").got("e2", "a.4~1.2").got("e4", "a.4~1.4").resumed("a.4");
    expect(run.found()).toEqual(["position-skip c1"]);
  });

  test("what an answer covers must not come behind it", () => {
    const run = fourEvents();
    run.client().connected().asks("r", { since: "a.1" }).accepted("a.4").got("e3", "a.3");
    expect(run.found()).toEqual(["position-skip c1"]);
  });
});
