import { ProtocolError } from "./errors.ts";

/** A JSON scalar a filter compares with. */
export type FilterValue = string | number | boolean | null;

/** Conditions of one field: all of them must hold. */
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

/** A parsed filter. */
export interface Filter {
  /** Equal for filters that mean the same. */
  key: string;
  filters: Filters;
  /** Whether an event's data passes. A field that the data lacks counts as null. */
  matches(data: Record<string, unknown>): boolean;
}

type Test = (value: unknown) => boolean;
type Ordered = string | number;

const operators: { [Op in keyof FilterConditions]-?: (operand: never) => Test } = {
  eq: (operand: FilterValue) => (value) => value === operand,
  ne: (operand: FilterValue) => (value) => value !== operand,
  in: (operand: FilterValue[]) => (value) => operand.includes(value as FilterValue),
  nin: (operand: FilterValue[]) => (value) => !operand.includes(value as FilterValue),
  gt: (operand: Ordered) => (value) => typeof value === typeof operand && (value as Ordered) > operand,
  gte: (operand: Ordered) => (value) => typeof value === typeof operand && (value as Ordered) >= operand,
  lt: (operand: Ordered) => (value) => typeof value === typeof operand && (value as Ordered) < operand,
  lte: (operand: Ordered) => (value) => typeof value === typeof operand && (value as Ordered) <= operand,
};

/**
 * Parses a client's filter, or throws `ProtocolError("invalid_filter")`: unknown operator, undeclared field, a value
 * that is no scalar, or over `filterLimits`. `isDeclared` says which fields an event's data may have.
 */
export function parseFilters(input: unknown, isDeclared: (field: string) => boolean): Filter | undefined {
  if (input === undefined || input === null) return undefined;
  if (!isPlainObject(input)) throw invalid("a filter is an object of conditions by field");
  const fields = Object.keys(input).sort();
  if (fields.length === 0) return undefined;
  if (fields.length > filterLimits.fields) throw invalid(`at most ${filterLimits.fields} fields`);
  const normal = fields.map((field) => [field, conditionsOf(field, input[field], isDeclared)] as const);
  const tests = normal.map(([field, conditions]) => [field, testsOf(conditions)] as const);
  return {
    key: JSON.stringify(normal),
    filters: Object.fromEntries(normal),
    matches: (data) =>
      tests.every(([field, all]) => {
        const value = Object.hasOwn(data, field) ? (data[field] ?? null) : null;
        return all.every((test) => test(value));
      }),
  };
}

function conditionsOf(
  field: string,
  input: unknown,
  isDeclared: (field: string) => boolean,
): FilterConditions {
  if (!isDeclared(field)) throw invalid("no event has a field of this name");
  if (Array.isArray(input)) return { in: listOf(input) };
  if (!isPlainObject(input)) return { eq: scalarOf(input) };
  const names = Object.keys(input).sort();
  if (names.length === 0) throw invalid("a field needs a condition");
  return Object.fromEntries(names.map((name) => [name, operandOf(name, input[name])]));
}

function operandOf(operator: string, operand: unknown): FilterValue | FilterValue[] {
  if (!Object.hasOwn(operators, operator)) throw invalid("operators are eq, ne, in, nin, gt, gte, lt, lte");
  if (operator === "in" || operator === "nin") return listOf(operand);
  const value = scalarOf(operand);
  const mustBeOrdered = operator !== "eq" && operator !== "ne";
  if (mustBeOrdered && typeof value !== "string" && typeof value !== "number") {
    throw invalid("gt, gte, lt and lte compare strings or numbers");
  }
  return value;
}

function listOf(input: unknown): FilterValue[] {
  if (!Array.isArray(input) || input.length === 0 || input.length > filterLimits.listLength) {
    throw invalid(`a list holds 1 to ${filterLimits.listLength} values`);
  }
  // Sorted, so that lists of the same values are the same filter.
  return input.map(scalarOf).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function scalarOf(input: unknown): FilterValue {
  if (typeof input === "string" && input.length <= filterLimits.stringLength) return input;
  if (typeof input === "number" && Number.isFinite(input)) return input;
  if (typeof input === "boolean" || input === null) return input;
  throw invalid("a value is a string of at most 256 characters, a number, a boolean or null");
}

function testsOf(conditions: FilterConditions): Test[] {
  return Object.entries(conditions).map(([name, operand]) =>
    operators[name as keyof FilterConditions](operand as never),
  );
}

function isPlainObject(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function invalid(message: string): ProtocolError {
  return new ProtocolError("invalid_filter", message);
}
