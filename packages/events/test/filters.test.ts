import { describe, expect, test } from "@jest/globals";
import { type Filters, filterLimits, parseFilters } from "@roomcast/events";

const declared = (field: string) => ["accountId", "state", "cpu", "ok", "note"].includes(field);
const parse = (filters: unknown) => parseFilters(filters, declared);
const matches = (filters: Filters, data: Record<string, unknown>) => parse(filters)?.matches(data);

describe("a filter lets through", () => {
  test.each<[Filters, Record<string, unknown>, boolean]>([
    [{ accountId: "12345" }, { accountId: "12345" }, true],
    [{ accountId: "12345" }, { accountId: "54321" }, false],
    [{ accountId: "12345" }, { accountId: 12345 }, false],
    [{ accountId: ["1", "2"] }, { accountId: "2" }, true],
    [{ accountId: ["1", "2"] }, { accountId: "3" }, false],
    [{ accountId: { nin: ["1"] } }, { accountId: "1" }, false],
    [{ accountId: { nin: ["1"] } }, {}, true],
    [{ accountId: { ne: "1" } }, { accountId: "2" }, true],
    [{ accountId: { ne: "1" } }, { accountId: "1" }, false],
    [{ note: null }, {}, true],
    [{ note: null }, { note: "x" }, false],
    [{ ok: true }, { ok: true }, true],
    [{ cpu: { gt: 80 } }, { cpu: 80 }, false],
    [{ cpu: { gte: 80 } }, { cpu: 80 }, true],
    [{ cpu: { gt: 10, lt: 20 } }, { cpu: 15 }, true],
    [{ cpu: { gt: 10, lt: 20 } }, { cpu: 25 }, false],
    [{ cpu: { lte: 5 } }, { cpu: "3" }, false],
    [{ cpu: { lt: 5 } }, {}, false],
    [{ state: { gte: "m" } }, { state: "running" }, true],
    [{ accountId: "1", state: "running" }, { accountId: "1", state: "running" }, true],
    [{ accountId: "1", state: "running" }, { accountId: "1", state: "stopped" }, false],
  ])("%j on %j: %s", (filters, data, expected) => {
    expect(matches(filters, data)).toBe(expected);
  });
});

test("none at all is no filter", () => {
  for (const none of [undefined, null, {}]) expect(parse(none)).toBeUndefined();
});

test("filters that mean the same have one key", () => {
  const key = (filters: Filters) => parse(filters)?.key;
  expect(key({ state: "a", accountId: "1" })).toBe(key({ accountId: { eq: "1" }, state: "a" }));
  expect(key({ accountId: ["2", "1"] })).toBe(key({ accountId: { in: ["1", "2"] } }));
  expect(key({ accountId: "1" })).not.toBe(key({ accountId: "2" }));
  expect(key({ cpu: 1 })).not.toBe(key({ cpu: "1" }));
});

test("what it kept parses to the same filter again", () => {
  const filter = parse({ accountId: ["b", "a"], cpu: { gt: 1, lt: 3 } });
  expect(parse(filter?.filters)?.key).toBe(filter?.key);
});

describe("refused as `invalid_filter`", () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : { eq: deep(depth - 1) });
  test.each<[string, unknown]>([
    ["text", "accountId=1"],
    ["a list", [{ accountId: "1" }]],
    ["a field that no event has", { password: "x" }],
    ["`__proto__`", JSON.parse('{"__proto__":{"eq":1}}')],
    ["`constructor`", { constructor: "x" }],
    ["a regular expression", { accountId: { regex: ".*" } }],
    ["an unknown operator", { accountId: { $ne: 1 } }],
    ["an operator from the prototype", { accountId: { toString: 1 } }],
    ["no condition", { accountId: {} }],
    ["an empty list", { accountId: [] }],
    ["a list in a list", { accountId: [["1"]] }],
    ["an object in a list", { accountId: { in: [{}] } }],
    ["`in` without a list", { accountId: { in: "1" } }],
    ["`gt` on null", { cpu: { gt: null } }],
    ["NaN", { cpu: Number.NaN }],
    ["a list over the limit", { accountId: Array.from({ length: filterLimits.listLength + 1 }, String) }],
    ["a string over the limit", { accountId: "x".repeat(filterLimits.stringLength + 1) }],
    ["10,000 fields", Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, 1]))],
    ["a depth of 1,000", { accountId: deep(1_000) }],
  ])("%s", (_, filters) => {
    expect(() => parse(filters)).toThrow(expect.objectContaining({ code: "invalid_filter" }));
  });
});
