import { expect, test } from "@jest/globals";
import { ReadBudget } from "../src/socketio/read-budget.ts";

test("so many frames are read at once, and as many again in the next turn of the event loop", async () => {
  const budget = new ReadBudget();
  const takeAll = () => {
    let taken = 0;
    while (budget.take()) taken++;
    return taken;
  };
  const first = takeAll();
  expect(first).toBeGreaterThan(0);
  expect(takeAll()).toBe(0);
  await new Promise(setImmediate);
  expect(takeAll()).toBe(first);
});
