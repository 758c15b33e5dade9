import { describe, expect, test } from "@jest/globals";
import {
  type FilterField,
  type Filters,
  filterFields,
  filterLimits,
  parseFilters,
  restoreFilters,
} from "@roomcast/events";

const fields = new Map<string, FilterField>([
  ["accountId", { types: new Set(["string"]) }],
  ["state", { types: new Set(["string"]), values: new Set(["running", "stopped"]) }],
  ["cpu", { types: new Set(["number"]) }],
  ["ok", { types: new Set(["boolean"]) }],
  ["note", { types: new Set(["string"]) }],
  ["mixed", { types: new Set(["string", "number"]) }],
  ["startedAt", { types: new Set(["timestamp"]) }],
  ["labels", { types: new Set(), shape: "a list" }],
]);
const parse = (filters: unknown) => parseFilters(filters, fields);
const matches = (filters: Filters, data: Record<string, unknown>) => parse(filters)?.matches(data);

describe("WS-FILT-1, WS-FILT-3 a filter lets through", () => {
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
    [{ note: { gte: "m" } }, { note: "running" }, true],
    [{ mixed: ["1", 2] }, { mixed: 2 }, true],
    [{ accountId: "1", state: "running" }, { accountId: "1", state: "running" }, true],
    [{ accountId: "1", state: "running" }, { accountId: "1", state: "stopped" }, false],
  ])("%j on %j: %s", (filters, data, expected) => {
    expect(matches(filters, data)).toBe(expected);
  });
});

describe("timestamps are compared as instants", () => {
  const noon = "2026-01-31T12:00:00Z";
  test.each<[Filters[string], string, boolean]>([
    [noon, "2026-01-31T12:00:00.000Z", true],
    ["2026-01-31T13:00:00.000000000+01:00", noon, true],
    ["2026-01-31T00:30:00-11:30", noon, true],
    [{ ne: noon }, "2026-01-31T12:00:00.000Z", false],
    [[noon], "2026-01-31T12:00:00.0Z", true],
    [{ nin: [noon] }, "2026-01-31T12:00:00.0Z", false],
    [{ gt: noon }, "2026-01-31T12:00:00.500Z", true],
    [{ gt: noon }, "2026-01-31T12:00:00.000Z", false],
    [{ gte: "2026-01-31T12:00:00.000Z" }, noon, true],
    [{ lt: "2026-01-31T12:00:00.000000002Z" }, "2026-01-31T12:00:00.000000001Z", true],
    [{ lte: noon }, "2026-01-31T12:00:00.000000001Z", false],
    [null, noon, false],
    [{ gt: noon }, "", false],
  ])("%j on %s: %s", (condition, startedAt, expected) => {
    expect(matches({ startedAt: condition }, { startedAt })).toBe(expected);
  });
});

test("none at all is no filter", () => {
  for (const none of [undefined, null, {}]) expect(parse(none)).toBeUndefined();
});

test("filters that mean the same have one key", () => {
  const key = (filters: Filters) => parse(filters)?.key;
  expect(key({ state: "running", accountId: "1" })).toBe(key({ accountId: { eq: "1" }, state: "running" }));
  expect(key({ accountId: ["2", "1"] })).toBe(key({ accountId: { in: ["1", "2"] } }));
  expect(key({ accountId: "1" })).not.toBe(key({ accountId: "2" }));
  expect(key({ mixed: 1 })).not.toBe(key({ mixed: "1" }));
});

test("what it kept parses to the same filter again", () => {
  const filter = parse({ accountId: ["b", "a"], cpu: { gt: 1, lt: 3 } });
  expect(parse(filter?.filters)?.key).toBe(filter?.key);
  expect(restoreFilters(filter?.filters)?.key).toBe(filter?.key);
});

test("what was kept under other rules is a filter all the same", () => {
  const stored: Filters = { gone: "x", labels: "bug", state: "exploded", cpu: { gte: "80" } };
  expect(restoreFilters(stored)?.filters).toMatchObject({ gone: { eq: "x" }, cpu: { gte: "80" } });
  expect(restoreFilters({ gone: "x" })?.matches({ gone: "x" })).toBe(true);
  expect(restoreFilters(undefined)).toBeUndefined();
});

describe("SEC-26 SEC-27 refused as `invalid_filter`, naming the field and what to send", () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : { eq: deep(depth - 1) });
  test.each<[string, unknown, string, RegExp]>([
    ["text", "accountId=1", "filters", /an object/],
    ["a list", [{ accountId: "1" }], "filters", /an object/],
    ["a field that no event has", { acountId: "x" }, "acountId", /did you mean accountId\?/],
    ["`__proto__`", JSON.parse('{"__proto__":{"eq":1}}'), "__proto__", /no event/],
    ["`constructor`", { constructor: "x" }, "constructor", /no event/],
    ["an inherited name", { toString: 1 }, "toString", /no event/],
    ["a path", { "data.cpu": 1 }, "data.cpu", /no event/],
    ["a field that is a list", { labels: "bug" }, "labels", /is a list: a filter compares single/],
    ["a regular expression", { accountId: { regex: ".*" } }, "accountId.regex", /eq, ne, in, nin, gt/],
    ["an unknown operator", { accountId: { $ne: 1 } }, "accountId.$ne", /no operator/],
    ["an operator from the prototype", { accountId: { toString: 1 } }, "accountId.toString", /no operator/],
    ["no condition", { accountId: {} }, "accountId", /a condition/],
    ["an empty list", { accountId: [] }, "accountId", /1 to 32/],
    ["a list in a list", { accountId: [["1"]] }, "accountId[0]", /text/],
    ["an object in a list", { accountId: { in: ["1", {}] } }, "accountId.in[1]", /text/],
    ["a hole in a list", { accountId: new Array(1) }, "accountId[0]", /text/],
    ["`in` without a list", { accountId: { in: "1" } }, "accountId.in", /a list/],
    ["`gt` on null", { cpu: { gt: null } }, "cpu.gt", /order/],
    ["a number as text", { cpu: "80" }, "cpu", /a number, or null/],
    ["a bound as text", { cpu: { gte: "80" } }, "cpu.gte", /a number, or null/],
    ["true as text", { ok: "true" }, "ok", /true or false, or null/],
    ["a number for a text", { accountId: 7 }, "accountId", /text, or null/],
    ["one of several types that is none", { mixed: true }, "mixed", /text or a number, or null/],
    ["a typo", { state: "runing" }, "state", /never "runing": the values are running, stopped/],
    ["a typo in a list", { state: ["running", "x"] }, "state[1]", /running, stopped/],
    ["an order of fixed values", { state: { gte: "running" } }, "state.gte", /eq, ne, in or nin/],
    ["what is no timestamp", { startedAt: "yesterday" }, "startedAt", /timestamp such as 2026/],
    ["a day", { startedAt: { gt: "2026-01-31" } }, "startedAt.gt", /timestamp such as 2026/],
    ["a number for a timestamp", { startedAt: 1_769_860_800_000 }, "startedAt", /timestamp such as 2026/],
    ["NaN", { cpu: Number.NaN }, "cpu", /a number within/],
    ["a number that cannot be kept", { cpu: 2 ** 60 }, "cpu", /a number within/],
    ["a list over the limit", { accountId: Array(filterLimits.listLength + 1).fill("1") }, "accountId", /32/],
    ["text over the limit", { accountId: "x".repeat(filterLimits.stringLength + 1) }, "accountId", /256/],
    [
      "10,000 fields",
      Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, 1])),
      "filters",
      /over 8 fields/,
    ],
    ["a depth of 1,000", { accountId: deep(1_000) }, "accountId.eq", /text/],
    ["a long name", { ["x".repeat(10_000)]: 1 }, `${"x".repeat(64)}…`, /no event/],
  ])("%s", (_, filters, field, message) => {
    const refusal = { field, message: expect.stringMatching(message) };
    expect(() => parse(filters)).toThrow(
      expect.objectContaining({ code: "invalid_filter", message: refusal.message, details: [refusal] }),
    );
  });
});

test("a field of several events may be any of what it is in them", () => {
  expect(filterFields.get("labels")).toEqual({ types: new Set(), shape: "a list" });
  expect(filterFields.get("changes")).toEqual({ types: new Set(), shape: "an object" });
  expect(filterFields.get("number")).toEqual({ types: new Set(["number"]) });
  expect(filterFields.get("createdAt")).toEqual({ types: new Set(["timestamp"]) });
  expect(filterFields.get("state")?.values).toEqual(
    new Set([
      "open",
      "closed",
      "pending",
      "running",
      "stopping",
      "stopped",
      "shutting-down",
      "terminated",
      "unknown",
    ]),
  );
  expect(filterFields.get("title")?.values).toBeUndefined();
  expect(filterFields.has("toString")).toBe(false);
});
