import type { FilterConditions, Filters } from "@roomcast/events";

type Operator = keyof FilterConditions;
type Test = (value: never, operand: never) => boolean;

const timestamp = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** As `instantOf` of `@roomcast/events`: equal text for the same instant, smaller text for an earlier one. */
function instantOf(text: string): string | undefined {
  const [, seconds = "", fraction = "", zone = ""] = timestamp.exec(text) ?? [];
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms)
    ? undefined
    : `${new Date(ms).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0")}`;
}

/** Compares timestamps as instants, and only with other timestamps. */
const comparing =
  (holds: (value: unknown, operand: unknown) => boolean) =>
  (value: unknown, operand: unknown): boolean => {
    const instant = typeof operand === "string" ? instantOf(operand) : undefined;
    if (instant === undefined) return holds(value, operand);
    return holds(typeof value === "string" ? (instantOf(value) ?? null) : null, instant);
  };

/** Values of different types have no order. */
const ordered = (compare: (a: string, b: string) => boolean) =>
  comparing((a, b) => typeof a === typeof b && compare(a as string, b as string));

const equals = comparing((value, operand) => value === operand);
const isOneOf = (value: unknown, operands: unknown[]) => operands.some((operand) => equals(value, operand));

const tests: { [O in Operator]-?: Test } = {
  eq: equals,
  ne: (value: unknown, operand: unknown) => !equals(value, operand),
  in: isOneOf,
  nin: (value: unknown, operands: unknown[]) => !isOneOf(value, operands),
  gt: ordered((a, b) => a > b),
  gte: ordered((a, b) => a >= b),
  lt: ordered((a, b) => a < b),
  lte: ordered((a, b) => a <= b),
};

/**
 * Whether an event's data passes the filters of a room, by the server's rules. The server has not applied
 * them to an event that came through another room.
 */
export function passesFilters(data: object, filters: Filters = {}): boolean {
  return Object.entries(filters).every(([field, conditions]) => {
    const value = Object.hasOwn(data, field) ? ((data as Record<string, unknown>)[field] ?? null) : null;
    return Object.entries(conditionsOf(conditions)).every(([operator, operand]) =>
      tests[operator as Operator]?.(value as never, operand as never),
    );
  });
}

function conditionsOf(conditions: Filters[string]): FilterConditions {
  if (Array.isArray(conditions)) return { in: conditions };
  return typeof conditions === "object" && conditions !== null ? conditions : { eq: conditions };
}
