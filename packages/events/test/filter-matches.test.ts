import { describe, expect, test } from "@jest/globals";
import { type Filters, filterMatcher, restoreFilters } from "@roomcast/events";

const noon = "2026-01-31T12:00:00Z";
const later = "2026-01-31T12:00:00.000000001Z";
const values = [
  undefined,
  null,
  true,
  false,
  0,
  5,
  10,
  "",
  "5",
  "a",
  "b",
  ["a"],
  { a: 1 },
  noon,
  "2026-01-31T12:00:00.000Z",
  later,
];
const filters: Filters[] = [
  {},
  { x: "a" },
  { x: null },
  { x: 5 },
  { x: false },
  { x: ["a", 5, null] },
  { x: { eq: "a" } },
  { x: { ne: "a" } },
  { x: { ne: null } },
  { x: { in: ["a", "b"] } },
  { x: { nin: ["a", null] } },
  { x: { gt: 5 } },
  { x: { gte: 5, lt: 10 } },
  { x: { lte: "a" } },
  { x: { gt: "" } },
  { x: "a", y: { ne: "a" } },
  { x: noon },
  { x: { ne: "2026-01-31T13:00:00.0+01:00" } },
  { x: [noon, later] },
  { x: { nin: [noon] } },
  { x: { gt: noon } },
  { x: { gte: "2026-01-31T12:00:00.000000000Z" } },
  { x: { lt: later, gte: noon } },
  { x: { lte: noon } },
];

describe("a filter as a client writes it", () => {
  test.each(filters.map((one) => [JSON.stringify(one), one] as const))(
    "means the same as the server stores it: %s",
    (_, one) => {
      const passes = filterMatcher(one);
      const server = restoreFilters(one);
      for (const x of values) {
        const data = x === undefined ? { y: "b" } : { x, y: "b" };
        expect([x, passes(data)]).toEqual([x, server?.matches(data) ?? true]);
      }
    },
  );
});
