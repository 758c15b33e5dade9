import type { FilterConditions, Filters } from "@roomcast/events";

type Operator = keyof FilterConditions;
type Test = (value: never, operand: never) => boolean;

const isOneOf = (value: unknown, operands: unknown[]) => operands.includes(value);
/** Values of different types have no order. */
const ordered = (compare: (a: string, b: string) => boolean) => (a: string, b: string) =>
  typeof a === typeof b && compare(a, b);

const tests: { [O in Operator]-?: Test } = {
  eq: (value: unknown, operand: unknown) => value === operand,
  ne: (value: unknown, operand: unknown) => value !== operand,
  in: isOneOf,
  nin: (value: unknown, operands: unknown[]) => !isOneOf(value, operands),
  gt: ordered((a, b) => a > b),
  gte: ordered((a, b) => a >= b),
  lt: ordered((a, b) => a < b),
  lte: ordered((a, b) => a <= b),
};

/**
 * Whether an event's data passes the filters of a room, judged as the server does: an event that came through another
 * room was not judged by them.
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
