import { describe, expect, test } from "@jest/globals";
import { ChannelIndex } from "../src/delivery/channel-index.ts";
import { isIn } from "../src/delivery/channel-set.ts";
import type { Connection } from "../src/delivery/connection.ts";
import { TinyMap } from "../src/socketio/tiny-map.ts";

describe.each([1, 31, 32, 33, 34, 500])("with %d entries", (size) => {
  const numbers = Array.from({ length: size }, (_, n) => n);

  test("a map has each once, in their order, until it is deleted", () => {
    const map = new TinyMap(numbers.map((n): [string, number] => [`k${n}`, n]));
    map.set("k0", -1);
    expect([...map.values()]).toEqual([-1, ...numbers.slice(1)]);
    expect([map.size, map.get("k0"), map.has("other"), map.delete("other")]).toEqual([
      size,
      -1,
      false,
      false,
    ]);
    for (const n of numbers) expect([map.delete(`k${n}`), map.has(`k${n}`)]).toEqual([true, false]);
    expect([map.size, ...map]).toEqual([0]);
    expect([...map.set("again", 1).keys()]).toEqual(["again"]);
  });

  test("a connection is in each channel once, until it leaves", () => {
    const index = new ChannelIndex();
    const [one, two] = [{ channels: [] }, { channels: [] }] as unknown as [Connection, Connection];
    for (const n of numbers) {
      expect([index.join(one, `c${n}`), index.join(two, `c${n}`)]).toEqual([true, true]);
      expect(index.join(one, `c${n}`)).toBe(false);
    }
    expect([...one.channels]).toEqual(numbers.map((n) => `c${n}`));
    for (const n of numbers) {
      expect([index.leave(one, `c${n}`), index.leave(one, `c${n}`)]).toEqual([true, false]);
      expect([isIn(one, `c${n}`), index.members(`c${n}`)]).toEqual([false, [two]]);
    }
    expect([...one.channels]).toEqual([]);
  });
});
