import {
  type FilterConditions,
  type FilterMatcher,
  type Filters,
  type FilterValue,
  filterLimits,
  filterMatcher,
  filterOperators,
  instantOf,
  isKeptNumber,
  orderOperators,
  ProtocolError,
  shown,
} from "@roomcast/protocol";
import { closest, distance } from "fastest-levenshtein";

/** The type of a value in a comparison. */
export type FilterType = "string" | "number" | "boolean" | "timestamp";

/** A field of events' data, as filters see it. */
export interface FilterField {
  /** The types over all events with this field. Empty if it is never a single value. */
  types: ReadonlySet<FilterType>;
  /** The form of a field without types. */
  shape?: "a list" | "an object";
  /** The allowed texts, if they are fixed. */
  values?: ReadonlySet<string>;
}

/** A parsed filter. */
export interface Filter {
  /** Equal for filters with the same meaning. */
  key: string;
  filters: Filters;
  matches: FilterMatcher;
}

const operators: readonly string[] = filterOperators;
const ordering: readonly string[] = orderOperators;

/**
 * Parses a client's filter. Throws `ProtocolError("invalid_filter")` for an unknown field or operator, for a
 * value that the field can never have, and beyond `filterLimits`. The message names the field, the rule and
 * what to send.
 */
export function parseFilters(input: unknown, fields: ReadonlyMap<string, FilterField>): Filter | undefined {
  return read(input, (name) => {
    const field = fields.get(name);
    if (field === undefined) throw invalid(name, unknownField(name, fields));
    if (field.types.size === 0) throw invalid(name, `is ${field.shape}: a filter compares single values`);
    return field;
  });
}

/** Reads a filter that was parsed before. Its fields may have changed since. */
export function restoreFilters(filters: Filters | undefined): Filter | undefined {
  return read(filters, () => undefined);
}

function read(input: unknown, fieldOf: (name: string) => FilterField | undefined): Filter | undefined {
  if (input === undefined || input === null) return undefined;
  if (!isPlainObject(input)) throw invalid("filters", "must be an object of conditions by field");
  const names = Object.keys(input).sort();
  if (names.length === 0) return undefined;
  if (names.length > filterLimits.fields) throw invalid("filters", `has over ${filterLimits.fields} fields`);
  const normal = names.map((name) => [name, conditionsOf(name, input[name], fieldOf(name))] as const);
  const filters = Object.fromEntries(normal);
  return { key: JSON.stringify(normal), filters, matches: filterMatcher(filters) };
}

function unknownField(name: string, fields: ReadonlyMap<string, FilterField>): string {
  const known = [...fields].filter(([, { types }]) => types.size > 0).map(([other]) => other);
  const nearest = closest(shown(name), known);
  const isNear = distance(shown(name), nearest) <= Math.max(2, nearest.length / 2);
  return `is in the data of no event${isNear ? `: did you mean ${nearest}?` : ": see the fields of the events"}`;
}

function conditionsOf(name: string, input: unknown, field: FilterField | undefined): FilterConditions {
  if (Array.isArray(input)) return { in: listOf(name, input, field) };
  if (!isPlainObject(input)) return { eq: scalarOf(name, input, field) };
  const used = Object.keys(input).sort();
  if (used.length === 0) throw invalid(name, "needs a condition: a value, a list of values, or an operator");
  return Object.fromEntries(
    used.map((operator) => [operator, operandOf(name, operator, input[operator], field)]),
  );
}

function operandOf(
  name: string,
  operator: string,
  operand: unknown,
  field: FilterField | undefined,
): FilterValue | FilterValue[] {
  const path = `${shown(name)}.${shown(operator)}`;
  if (!operators.includes(operator)) throw invalid(path, `is no operator: they are ${operators.join(", ")}`);
  if (operator === "in" || operator === "nin") return listOf(path, operand, field);
  const value = scalarOf(path, operand, field);
  if (ordering.includes(operator)) checkOrdered(path, value, field);
  return value;
}

function checkOrdered(path: string, value: FilterValue, field: FilterField | undefined): void {
  if (typeof value !== "string" && typeof value !== "number") {
    throw invalid(path, "compares by order: send text, a number or a timestamp");
  }
  if (typeof value === "string" && field?.values !== undefined) {
    throw invalid(path, "compares by order, and the field has fixed values: use eq, ne, in or nin");
  }
}

function listOf(path: string, input: unknown, field: FilterField | undefined): FilterValue[] {
  if (!Array.isArray(input) || input.length === 0 || input.length > filterLimits.listLength) {
    throw invalid(path, `must be a list of 1 to ${filterLimits.listLength} values`);
  }
  const values = Array.from(input, (value, index) => scalarOf(`${shown(path)}[${index}]`, value, field));
  // Sort them, so that lists with the same values give the same filter.
  return values.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function scalarOf(path: string, input: unknown, field: FilterField | undefined): FilterValue {
  if (!isScalar(input)) {
    throw invalid(
      path,
      `must be text of at most ${filterLimits.stringLength} characters, a number within ±(2^53 - 1), true, false or null`,
    );
  }
  if (field !== undefined && input !== null) checkType(path, input, field);
  return input;
}

function isScalar(input: unknown): input is FilterValue {
  if (typeof input === "string") return input.length <= filterLimits.stringLength;
  if (typeof input === "number") return isKeptNumber(input) || input === 0;
  return typeof input === "boolean" || input === null;
}

function checkType(path: string, value: string | number | boolean, { types, values }: FilterField): void {
  if (typeof value === "string" && types.has("string")) {
    if (values === undefined || values.has(value)) return;
    throw invalid(path, `is never ${JSON.stringify(shown(value))}: the values are ${[...values].join(", ")}`);
  }
  if (typeof value === "string" && types.has("timestamp") && instantOf(value) !== undefined) return;
  if (types.has(typeof value as FilterType)) return;
  throw invalid(path, `must be ${[...types].map((type) => typeNames[type]).join(" or ")}, or null`);
}

const typeNames: Readonly<Record<FilterType, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  timestamp: "a timestamp such as 2026-01-31T12:00:00Z",
};

function isPlainObject(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function invalid(path: string, problem: string): ProtocolError {
  const field = shown(path);
  const message = `${field} ${problem}`;
  return new ProtocolError("invalid_filter", message, { details: [{ field, message }] });
}
