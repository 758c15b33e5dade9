import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type SourceRegex, sourceRegexes } from "./support/regexes.ts";

type Pattern = Pick<SourceRegex, "source" | "flags">;

const script = fileURLToPath(new URL("support/check-regexes.mjs", import.meta.url));

/** A repetition with a bound takes no longer than one without, and that is checked in a thousandth of the time. */
const unbounded = (source: string) =>
  source.replace(/\{(\d),\d*\}/g, (_, least) => (least === "0" ? "*" : "+")).replace(/\{\d+\}/g, "+");

/** The pattern and flags of each; what stands in several files is one. */
function patterns(regexes: readonly Pattern[]): Pattern[] {
  const all = regexes.map(({ source, flags }) => ({ source: unbounded(source), flags }));
  return [...new Map(all.map((one) => [`/${one.source}/${one.flags}`, one])).values()];
}

/** Each with its complexity, asked in one process: what it compiles for the first serves all. */
function complexities(regexes: readonly Pattern[]): (Pattern & { complexity: string })[] {
  const output = execFileSync(process.execPath, [script], {
    input: JSON.stringify(regexes),
    encoding: "utf8",
  });
  const found = JSON.parse(output) as string[];
  return regexes.map((one, index) => ({ ...one, complexity: String(found[index]) }));
}

describe("a regular expression", () => {
  const slow = [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, /0+$/, /^(a+)+$/];
  let ofSources: ReturnType<typeof complexities>;
  let ofSlow: ReturnType<typeof complexities>;

  beforeAll(() => {
    const asked = patterns(sourceRegexes());
    const all = complexities([...asked, ...patterns(slow)]);
    ofSources = all.slice(0, asked.length);
    ofSlow = all.slice(asked.length);
  }, 120_000);

  test("SEC-45 of the sources takes a time that grows with the text's length alone, whatever the text", () => {
    expect(ofSources.length).toBeGreaterThan(30);
    expect(ofSources.filter(({ complexity }) => complexity !== "linear")).toEqual([]);
  });

  test("that is quadratic would be found", () => {
    expect(ofSlow.map(({ complexity }) => complexity)).toEqual([
      expect.stringContaining("polynomial"),
      expect.stringContaining("polynomial"),
      expect.stringContaining("exponential"),
    ]);
  });
});
