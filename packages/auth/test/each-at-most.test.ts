import { expect, test } from "@jest/globals";
import { eachAtMost } from "@roomcast/auth";

test("work is begun in order, and on no more than the limit at a time", async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (item: number) => {
    begun.push(item);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = eachAtMost(2, [1, 2, 3], work);
  expect(begun).toEqual([1, 2]);
  ends[1]?.();
  while (begun.length < 3) await Promise.resolve();
  expect(begun).toEqual([1, 2, 3]);
  for (const end of ends) end();
  await all;
});

test("after an error nothing more is begun", async () => {
  const begun: number[] = [];
  const refuse = async (item: number) => {
    begun.push(item);
    await Promise.resolve();
    throw new Error(`no ${item}`);
  };
  await expect(eachAtMost(2, [1, 2, 3, 4], refuse)).rejects.toThrow("no 1");
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1, 2]);
});

test("without items there is nothing to do", async () => {
  await eachAtMost(2, [], () => Promise.reject(new Error("never")));
});
