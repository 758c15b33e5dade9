import { afterEach, describe, expect, test } from "@jest/globals";
import { Random } from "@roomcast/testkit";
import { floods } from "../abuse/floods.ts";
import { readOptions } from "../abuse/options.ts";
import { runFlood } from "../abuse/run-flood.ts";
import { toMarkdown } from "../abuse/table.ts";

/** The floods in small, without their bounds on time: `npm run test:abuse` has them in full. */
describe("the floods", () => {
  let ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends) await end();
    ends = [];
  });

  test("have names of their own, and are chosen by them", () => {
    expect(new Set(floods.map(({ name }) => name)).size).toBe(floods.length);
    expect(readOptions([])).toMatchObject({ floods, seconds: 20, packets: 1_000_000 });
    expect(readOptions(["--only", "pongs", "--seed", "7"])).toMatchObject({
      floods: [{ name: "pongs" }],
      seed: 7,
    });
    expect(() => readOptions(["--only", "rain"])).toThrow("there is no flood rain");
    expect(() => readOptions(["--seconds", "x"])).toThrow("--seconds takes a whole number");
  });

  test("run beside a watcher that misses nothing, and end all that they started", async () => {
    const run = {
      random: new Random(1),
      isQuick: true,
      env: {},
      say: () => undefined,
      onEnd: (end: () => unknown) => void ends.unshift(end),
    };
    const [malformed] = floods;
    if (malformed === undefined) throw new Error("there are no floods");
    const row = await runFlood(malformed, { seconds: 1, packets: 2_000 }, run);
    // How long the watcher waits is the machine's, in so short a time.
    expect(row.failures.filter((failure) => failure !== "the watcher was held up")).toEqual([]);
    expect(row.done.packets).toBeGreaterThanOrEqual(2_000);
    expect(toMarkdown([row])).toContain("| malformed packets | ");
  }, 60_000);
});
