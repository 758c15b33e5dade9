import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { sourceRegexes } from "./support/regexes.ts";

const script = fileURLToPath(new URL("support/check-regexes.mjs", import.meta.url));

/** A repetition with a bound takes no longer than one without, and that is checked in a thousandth of the time. */
const unbounded = (source: string) =>
  source.replace(/\{(\d),\d*\}/g, (_, least) => (least === "0" ? "*" : "+")).replace(/\{\d+\}/g, "+");

function complexities(regexes: { source: string; flags: string }[]): string[] {
  const input = regexes.map(({ source, flags }) => ({ source: unbounded(source), flags }));
  return JSON.parse(
    execFileSync(process.execPath, [script], { input: JSON.stringify(input), encoding: "utf8" }),
  );
}

describe("a regular expression of the sources", () => {
  test("SEC-45 takes a time that grows with the text's length alone, whatever the text", () => {
    const regexes = sourceRegexes();
    const found = complexities(regexes);
    expect(regexes.length).toBeGreaterThan(30);
    expect(regexes.filter((_, index) => found[index] !== "linear")).toEqual([]);
  }, 120_000);

  test("that is quadratic would be found", () => {
    const slow = [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, /0+$/, /^(a+)+$/];
    expect(complexities(slow)).toEqual([
      expect.stringContaining("polynomial"),
      expect.stringContaining("polynomial"),
      expect.stringContaining("exponential"),
    ]);
  }, 120_000);
});
