import { describe, expect, test } from "@jest/globals";
import { recoveryTimes, timesToFirstNews } from "@roomcast/testkit";
import { HistoryBuilder } from "./support/history-builder.ts";

function run(): HistoryBuilder {
  const built = new HistoryBuilder();
  for (let n = 1; n <= 4; n++) built.event(`e${n}`, n);
  const witness = built.client().follows();
  for (let n = 1; n <= 4; n++) witness.got(`e${n}`, `a.${n}`);
  return built;
}

describe("a client that follows and leaves rooms", () => {
  test("is owed everything after the position it asked for", () => {
    const history = run();
    history
      .client()
      .connected()
      .asks("r", { since: "a.2" })
      .got("e3", "a.4~1.3")
      .got("e4", "a.4~1.4")
      .accepted("a.4");
    expect(history.found()).toEqual([]);
    history.client().connected().asks("r", { since: "a.2" }).got("e4", "a.4~1.4").accepted("a.4");
    expect(history.found()).toEqual(["poll-skip c2"]);
  });

  test("is owed nothing by an answer that never came, and what comes is none the less in order", () => {
    const history = run();
    const client = history.client().connected().asks("r", { since: "a.0" }).got("e1", "a.4~1.1");
    client.disconnected();
    expect(history.found()).toEqual([]);
    client.connected(true).got("e2", "a.4~1.2").got("e1", "a.4~1.1");
    expect(history.found()).toContain("nonmonotonic-poll c1");
  });

  test("may be given an event of a room it waits for ahead of that room's past, through another room", () => {
    const history = new HistoryBuilder().event("e1", 1).event("e2", 2, { rooms: ["q", "r"] });
    const client = history.client().follows("q").asks("r", { since: "a.0" });
    client.got("e2", "a.2").got("e1", "a.2~2.1").accepted("a.2");
    expect(history.found()).toEqual([]);
  });

  test("is owed nothing by a wish that was refused", () => {
    const history = run();
    history.client().connected().asks("r", { since: "a.0" }).refused();
    expect(history.found()).toEqual([]);
  });

  test("is owed nothing new once it wants to leave, and may be given some until it has left", () => {
    const history = run();
    const client = history
      .client()
      .established([], "a.0")
      .follows()
      .got("e1", "a.1")
      .leaves()
      .got("e2", "a.2")
      .left();
    expect(history.found()).toEqual([]);
    client.got("e3", "a.3");
    expect(history.found()).toEqual(["stray c1"]);
  });

  test("is owed what lies between leaving and coming back if it asks for it", () => {
    const history = run();
    const client = history.client().follows().got("e1", "a.1").leaves().left();
    client.asks("r", { since: "a.1" }).accepted("a.3").got("e4", "a.4");
    expect(history.found()).toEqual(["poll-skip c1", "poll-skip c1"]);
  });

  test("is in its automatic rooms from the position of its session on", () => {
    const history = run();
    history.client().connected().established(["r"], "a.2").got("e3", "a.3").got("e4", "a.4");
    expect(history.found()).toEqual([]);
    history.client().connected().established(["r"], "a.2").got("e4", "a.4");
    expect(history.found()).toEqual(["poll-skip c2"]);
  });

  test("is owed everything across a fresh session that it continues from its position", () => {
    const history = run();
    const client = history.client().follows().got("e1", "a.1").disconnected().connected();
    client.asks("r", { since: "a.1" }).got("e2", "a.4~1.2").got("e4", "a.4~1.4").accepted("a.4");
    expect(history.found({ freshSessions: true })).toEqual(["poll-skip c1"]);
  });
});

describe("recovery times", () => {
  test("last until everything acknowledged before the return was given", () => {
    const history = new HistoryBuilder().event("e1", 1);
    const client = history.client().follows().got("e1", "a.1");
    client.disconnected();
    history.event("e2", 2).event("e3", 3);
    client.connected(true);
    history.event("e4", 4);
    client.got("e2", "a.4~1.2").got("e3", "a.4~1.3").got("e4", "a.4");
    const times = client.ops.map((op) => ("atMs" in op ? op.atMs : 0));
    const [lost = 0, , , done = 0] = times.slice(-5);
    expect(recoveryTimes(history.history)).toEqual([done - lost]);
  });

  test("end with the return when nothing was missed, and are none without a return", () => {
    const history = new HistoryBuilder();
    history.client().connected().disconnected().connected(true);
    history.client().connected().disconnected();
    expect(recoveryTimes(history.history)).toEqual([1]);
  });

  test("to the first news begin at the end of the fault", () => {
    const history = new HistoryBuilder().event("e1", 1);
    const client = history.client().follows().got("e1", "a.1");
    const overAtMs = history.now();
    history.event("e2", 2);
    client.got("e2", "a.2");
    expect(timesToFirstNews(history.history, overAtMs)).toEqual([3]);
  });
});
