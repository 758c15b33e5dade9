import { catalogue, type EventType } from "./catalogue.ts";
import type { FilterField, FilterType } from "./parse-filters.ts";
import { getMetadataStorage } from "./validation.ts";

/** The JSON type of a field. */
export type FieldType = "string" | "number" | "boolean" | "object" | "array";

/** A field that the model of an event's data declares. */
export interface DeclaredField {
  name: string;
  type: FieldType;
  /** The type of an array's items. */
  items?: FieldType;
  /** Whether an event without this field is invalid. */
  required: boolean;
  /** The allowed values, if they are fixed. */
  values?: readonly string[];
  /** Set if the text is a timestamp. */
  isTimestamp?: true;
}

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>["getTargetValidationMetadatas"]>[number];

const typeOfRule: Readonly<Record<string, FieldType>> = {
  arrayMaxSize: "array",
  isArray: "array",
  isBoolean: "boolean",
  isEnum: "string",
  isIn: "string",
  isInt: "number",
  isJsonObject: "object",
  isLength: "string",
  isNumber: "number",
  isObject: "object",
  isString: "string",
  isTimestamp: "string",
  isUrl: "string",
  matches: "string",
};

function typeOf(rules: readonly Rule[]): FieldType | undefined {
  return rules.map((rule) => typeOfRule[rule.name ?? ""]).find((type) => type !== undefined);
}

function valuesOf(rules: readonly Rule[]): readonly string[] | undefined {
  const closed = rules.find((rule) => rule.name === "isEnum" || rule.name === "isIn");
  return closed && Object.values(closed.constraints[0] as Record<string, string>);
}

function describeField(name: string, rules: readonly Rule[]): DeclaredField {
  const type = typeOf(rules.filter((rule) => rule.each !== true));
  if (type === undefined) throw new Error(`no rule of field ${name} fixes its JSON type`);
  const items = typeOf(rules.filter((rule) => rule.each === true));
  const values = valuesOf(rules);
  return {
    name,
    type,
    ...(items && { items }),
    required: !rules.some((rule) => rule.type === "conditionalValidation"),
    ...(values && { values }),
    ...(rules.some(({ name: rule, each }) => rule === "isTimestamp" && !each) && { isTimestamp: true }),
  };
}

/** Returns the declared fields of a model by name, inherited ones first. */
function fieldsOfModel(model: new () => object): ReadonlyMap<string, DeclaredField> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(model, "", false, false);
  const inheritedFirst = rules.toSorted((a, b) => Number(a.target === model) - Number(b.target === model));
  const names = new Set(inheritedFirst.map((rule) => rule.propertyName));
  const ofField = (name: string): Rule[] => rules.filter((rule) => rule.propertyName === name);
  return new Map([...names].map((name) => [name, describeField(name, ofField(name))]));
}

function perType<Value>(make: (type: EventType) => Value): (type: EventType) => Value {
  const made = new Map<EventType, Value>();
  return (type) => {
    const value = made.get(type) ?? make(type);
    made.set(type, value);
    return value;
  };
}

/**
 * The declared fields of an event's data by name. Filters may name them, and the documentation lists them.
 */
export const fieldsOf = perType((type) => fieldsOfModel(catalogue[type].data));

/** The names of the fields of an event's data. */
export const declaredFields = perType((type): ReadonlySet<string> => new Set(fieldsOf(type).keys()));

/** The fields that a filter may compare, by name, over all events, because any event may come to a room. */
export const filterFields: ReadonlyMap<string, FilterField> = mergeFields(
  (Object.keys(catalogue) as EventType[]).flatMap((type) => [...fieldsOf(type).values()]),
);

function mergeFields(declared: readonly DeclaredField[]): Map<string, FilterField> {
  const names = new Set(declared.map(({ name }) => name));
  return new Map(
    [...names].map((name) => [name, filterFieldOf(declared.filter((one) => one.name === name))]),
  );
}

function filterFieldOf(fields: readonly DeclaredField[]): FilterField {
  const types = new Set(fields.flatMap(filterTypeOf));
  const texts = fields.filter((field) => filterTypeOf(field).includes("string"));
  const isClosed = texts.length > 0 && texts.every(({ values }) => values !== undefined);
  if (types.size === 0)
    return { types, shape: fields.some(({ type }) => type === "array") ? "a list" : "an object" };
  return { types, ...(isClosed && { values: new Set(texts.flatMap(({ values = [] }) => values)) }) };
}

function filterTypeOf({ type, isTimestamp }: DeclaredField): FilterType[] {
  if (isTimestamp) return ["timestamp"];
  return type === "array" || type === "object" ? [] : [type];
}
