import { describe, expect, test } from "@jest/globals";
import { LogSampler } from "@roomcast/service";

describe("a LogSampler", () => {
  let now = 0;
  const make = () => new LogSampler({ periodMs: 1_000, maxLines: 2, nowMs: () => now });

  test("lets one line a key and period pass, and says how many it left out", () => {
    const sampler = make();
    expect([sampler.take("a"), sampler.take("a"), sampler.take("a"), sampler.take("b")]).toEqual([
      { leftOut: 0 },
      undefined,
      undefined,
      { leftOut: 2 },
    ]);
    now += 1_000;
    expect(sampler.take("a")).toEqual({ leftOut: 0 });
  });

  test("lets no more lines pass than allowed, however many keys there are", () => {
    const sampler = make();
    const passed = Array.from({ length: 100 }, (_, n) => sampler.take(`key ${n}`)).filter(Boolean);
    expect(passed).toHaveLength(2);
    now += 1_000;
    expect(sampler.take("later")).toEqual({ leftOut: 98 });
  });
});
