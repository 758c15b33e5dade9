import { describe, expect, test } from "@jest/globals";
import { LossyNumber } from "@roomcast/events";
import { parseJsonText } from "../src/http/json-text.ts";

const refusal = (text: string): string => {
  try {
    parseJsonText(text);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

describe("a JSON text is read without losing anything", () => {
  test.each([
    "0",
    "15",
    "-1.5",
    "1.50",
    "0.1",
    "0.30000000000000004",
    "123456789012345",
    "1e2",
    "1e-7",
    "5e-324",
  ])("%s is a number", (text) => {
    expect(parseJsonText(`{"v":[${text}]}`)).toEqual({ v: [Number(text)] });
  });

  test.each(["-0", "1e400", "1e-400", "1e20", "9007199254740993", "0.10000000000000000001"])(
    "%s stands where it stood, as it was written",
    (text) => {
      const value = parseJsonText(`{"a":"${text}","v":[1, ${text} ,{"b":${text}}]}`);
      const lossy = new LossyNumber(text);
      expect(value).toEqual({ a: text, v: [1, lossy, { b: lossy }] });
    },
  );

  test("what stands in texts and names is neither a number nor a member", () => {
    const text = String.raw`{"a:1\"b\\":"c:-0,1e400","d":{"__proto__":["\u003a"]}}`;
    expect(parseJsonText(text)).toEqual(JSON.parse(text));
  });

  test("a key that stands twice is refused by its name, unless both values are one", () => {
    expect(refusal('{"v":{"k":1,"k":2}}')).toContain("k");
    expect(parseJsonText('{"v":{"k":1.0,"k":1}}')).toEqual({ v: { k: 1 } });
  });

  test("in a long text it is refused in any case", () => {
    const pad = "x".repeat(150_000);
    expect(parseJsonText(`{"pad":"${pad}","k":1}`)).toMatchObject({ k: 1 });
    expect(refusal(`{"pad":"${pad}","k":1,"k":1}`)).toContain("twice");
  });

  test("a body with more than 1,000 numbers that JavaScript would alter is refused as a whole", () => {
    const list = (count: number) => `[${new Array(count).fill("1e400").join()}]`;
    expect(parseJsonText(list(1_000))).toHaveLength(1_000);
    expect(refusal(list(1_001))).toContain("1000");
  });
});
