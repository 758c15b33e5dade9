import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { Random, startRedis, waitUntil } from "@roomcast/testkit";
import { fastClock } from "../faults/fast-clock.ts";
import { findModule } from "../faults/modules.ts";
import { readOptions } from "../faults/options.ts";
import { askRedis } from "../faults/redis-admin.ts";
import type { Run } from "../faults/scenario.ts";
import { mutants, scenarios } from "../faults/scenarios.ts";

describe("the fault harness", () => {
  const ends: (() => unknown)[] = [];
  const run: Run = {
    random: new Random(1),
    isQuick: true,
    env: {},
    say: () => undefined,
    onEnd: (end) => ends.unshift(end),
  };

  afterAll(async () => {
    for (const end of ends) await end();
  });

  test("runs the mutants that are named, and takes names only where they belong", () => {
    expect(readOptions(["--mutant"])).toMatchObject({ isMutant: true, only: undefined });
    expect(readOptions(["--mutant", "a", "b"])).toMatchObject({ isMutant: true, only: ["a", "b"] });
    expect(readOptions(["--only", "a, b"])).toMatchObject({ isMutant: false, only: ["a", "b"] });
    expect(() => readOptions(["a"])).toThrow("names come after --only or --mutant, not a");
  });

  test("has a name of its own for everything, and a module for each mutant", () => {
    const names = [...scenarios, ...mutants].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name } of mutants)
      expect(existsSync(fileURLToPath(findModule(`mutants/${name}`)))).toBe(true);
  });

  test("has the time of a Redis go by faster than ours", async () => {
    const redis = await startRedis({ env: await fastClock(run, 8) });
    run.onEnd(() => redis.stop());
    await waitUntil("Redis is ahead", async () => {
      const [time] = (await askRedis(redis.url, ["TIME"])) as [[string]];
      return Number(time[0]) * 1_000 > Date.now() + 3_000;
    });
  });
});
