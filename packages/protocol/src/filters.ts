import { instantOf } from "./instant.ts";

/** A JSON scalar that a filter compares with. */
export type FilterValue = string | number | boolean | null;

/** Conditions on one field: all of them must hold. */
export interface FilterConditions {
  eq?: FilterValue;
  ne?: FilterValue;
  in?: FilterValue[];
  nin?: FilterValue[];
  gt?: string | number;
  gte?: string | number;
  lt?: string | number;
  lte?: string | number;
}

/** Conditions by field of the event's data: a value (equality), a list (one of), or conditions. All fields must pass. */
export type Filters = Record<string, FilterValue | FilterValue[] | FilterConditions>;

/** Bounds of one filter. */
export const filterLimits = { fields: 8, listLength: 32, stringLength: 256 } as const;

/** The operators whose operands have an order. */
export const orderOperators = ["gt", "gte", "lt", "lte"] as const;

/** All operators. */
export const filterOperators = ["eq", "ne", "in", "nin", ...orderOperators] as const;

/** Whether an event's data passes. A field that the data lacks counts as null. */
export type FilterMatcher = (data: object) => boolean;

/** Compiles a filter that is known to be valid. Server and client use it, so that both judge an event in the same way. */
export function filterMatcher(filters: Filters): FilterMatcher {
  const tests = Object.entries(filters).map(
    ([field, conditions]) => [field, testsOf(conditionsOf(conditions))] as const,
  );
  return (data) =>
    tests.every(([field, all]) => {
      const value = Object.hasOwn(data, field) ? ((data as Record<string, unknown>)[field] ?? null) : null;
      return all.every((test) => test(value));
    });
}

type Test = (value: unknown) => boolean;
type Operator = keyof FilterConditions;

function conditionsOf(conditions: Filters[string]): FilterConditions {
  if (Array.isArray(conditions)) return { in: conditions };
  return typeof conditions === "object" && conditions !== null ? conditions : { eq: conditions };
}

function testsOf(conditions: FilterConditions): Test[] {
  return Object.entries(conditions).map(([operator, operand]) => testOf(operator as Operator, operand));
}

function testOf(operator: Operator, operand: unknown): Test {
  if (operator === "in" || operator === "nin") {
    const tests = (operand as FilterValue[]).map((one) => testOf("eq", one));
    const isIn: Test = (value) => tests.some((test) => test(value));
    return operator === "in" ? isIn : (value) => !isIn(value);
  }
  const [wanted, comparable] = comparison(operand);
  return (value) => compare[operator](comparable(value) as never, wanted as never);
}

/** A timestamp is compared as an instant, and with timestamps only. Everything else is compared as it is. */
function comparison(operand: unknown): [unknown, (value: unknown) => unknown] {
  const instant = typeof operand === "string" ? instantOf(operand) : undefined;
  if (instant === undefined) return [operand, (value) => value];
  return [instant, (value) => (typeof value === "string" ? (instantOf(value) ?? null) : null)];
}

type Compare = (value: never, operand: never) => boolean;

/** Values of different types have no order. */
const ordered =
  (holds: (a: string, b: string) => boolean): Compare =>
  (a: unknown, b: unknown) =>
    typeof a === typeof b && holds(a as string, b as string);

const compare: Readonly<Record<Exclude<Operator, "in" | "nin">, Compare>> = {
  eq: (value: unknown, operand: unknown) => value === operand,
  ne: (value: unknown, operand: unknown) => value !== operand,
  gt: ordered((a, b) => a > b),
  gte: ordered((a, b) => a >= b),
  lt: ordered((a, b) => a < b),
  lte: ordered((a, b) => a <= b),
};
