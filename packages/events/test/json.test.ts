import { describe, expect, test } from "@jest/globals";
import { isBoundedJson } from "@roomcast/events";

const nested = (depth: number, wrap: (inner: unknown) => unknown, core: unknown = 1): unknown =>
  depth === 0 ? core : wrap(nested(depth - 1, wrap, core));

const inObject = (inner: unknown) => ({ a: inner });
const inArray = (inner: unknown) => [inner];

describe("bounded JSON", () => {
  test.each([null, true, 0, "text", [], {}, { a: [1, { b: null }] }])("is %j", (value) => {
    expect(isBoundedJson(value)).toBe(true);
  });

  test.each([inObject, inArray])("is at most 16 levels deep", (wrap) => {
    expect(isBoundedJson(nested(16, wrap))).toBe(true);
    expect(isBoundedJson(nested(17, wrap))).toBe(false);
  });

  test("is refused before its depth hurts", () => {
    expect(isBoundedJson(JSON.parse("[".repeat(5_000) + "]".repeat(5_000)))).toBe(false);
  });

  test.each(["__proto__", "constructor", "prototype"])("has no key %s at any level", (key) => {
    expect(isBoundedJson(JSON.parse(`{"${key}":1}`))).toBe(false);
    expect(isBoundedJson(JSON.parse(`[{"a":{"${key}":{}}}]`))).toBe(false);
  });

  test("may have such a word as a value", () => {
    expect(isBoundedJson({ a: "__proto__", b: ["constructor"] })).toBe(true);
  });

  test("has no function", () => {
    expect(isBoundedJson({ run: () => 1 })).toBe(false);
  });
});
