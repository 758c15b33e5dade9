import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { FairTurns } from "../src/fair-turns.ts";

test("few jobs start in one turn of the event loop, and all of them run", async () => {
  const turns = new FairTurns({ perUser: 100, inAll: 64 });
  let started = 0;
  const startedIn: number[] = [];
  const jobs = Array.from({ length: 40 }, (_, n) =>
    turns.run(`user${n % 4}`, async () => {
      started++;
      return n;
    }),
  );
  while (started < 40) {
    const before = started;
    await nextTurn();
    startedIn.push(started - before);
  }
  expect(Math.max(...startedIn)).toBe(8);
  expect(await Promise.all(jobs)).toEqual(Array.from({ length: 40 }, (_, n) => n));
});

test("a user with many jobs lets another user's job start before them", async () => {
  const turns = new FairTurns({ perUser: 1, inAll: 2 });
  const order: string[] = [];
  const job = (name: string) => async () => {
    await nextTurn();
    order.push(name);
  };
  const many = Array.from({ length: 5 }, (_, n) => turns.run("many", job(`many ${n}`)));
  await Promise.all([...many, turns.run("one", job("one"))]);
  expect(order.indexOf("one")).toBeLessThan(2);
});
