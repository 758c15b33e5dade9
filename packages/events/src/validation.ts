// class-transformer's @Type needs reflect-metadata, which must be loaded before any model.
import "reflect-metadata";
import {
  type ErrorCode,
  type JsonFault,
  type JsonRules,
  jsonFaultIn,
  ProtocolError,
  shown,
} from "@roomcast/protocol";
import { plainToInstance, Transform, Type } from "class-transformer";
import {
  getMetadataStorage,
  type MetadataStorage,
  registerDecorator,
  type ValidationError,
  validateSync,
} from "class-validator";

export {
  ArrayMaxSize,
  buildMessage,
  getMetadataStorage,
  IsArray,
  IsBoolean,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  isISO8601,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from "class-validator";
export { Type };

/** The fields of a model by name, with the names of their validation rules. */
interface Declaration {
  names: ReadonlySet<string>;
  /** Fields that contain any JSON, with names that the publisher chooses. */
  freeForm: ReadonlySet<string>;
}

type Model<T extends object> = new () => T;

/** The most values of an object that a model declares, including nested ones. No model has more. */
const maxDeclaredValues = 1_000;
const maxNameLength = 128;
/** How many errors a reply lists. */
const maxErrors = 10;
const jsonObjectRule = "isJsonObject";
const anyJsonRule = "isAnyJson";

/** Marks a field as a JSON object that can be sent unchanged to every client (see `jsonFaultIn`). */
export function IsJsonObject(): PropertyDecorator {
  return rawField(
    jsonObjectRule,
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "$property must be a JSON object",
  );
}

/** Marks a field as optional JSON of any form, which other code parses. */
export function IsAnyJson(): PropertyDecorator {
  return rawField(anyJsonRule, () => true, "");
}

function rawField(name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return (target, property) => {
    // By default, class-transformer drops keys that every object inherits, such as `valueOf`.
    Transform(({ obj, key }) => obj[key])(target, property);
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      validator: { validate, defaultMessage: () => message },
    });
  };
}

/**
 * Turns untrusted JSON into an instance of `model`. Throws `ProtocolError(code)` with details for at most 10
 * bad fields; the message says how many more there are. Undeclared fields are errors, so that a typo is not
 * silently dropped. A value that could not arrive unchanged is also an error.
 */
export function parseModel<T extends object>(model: Model<T>, input: unknown, code: ErrorCode): T {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new ProtocolError(code, "expected a JSON object");
  }
  const declaration = declarationOf(model);
  const unknown = Object.keys(input).filter((name) => !declaration.names.has(name));
  const known = knownIn(input, declaration);
  const faults = Object.entries(known).flatMap(([name, value]) => faultsIn(name, value, declaration));
  const instance = faults.length === 0 ? plainToInstance(model, known) : undefined;
  if (instance !== undefined) {
    const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
    faults.push(...errors.flatMap((error) => describe(error)));
    if (faults.length + unknown.length === 0) return instance;
  }
  throw refusal(code, [...faults, ...unknownFaults(unknown, declaration)], faults.length + unknown.length);
}

/**
 * Returns the error for bad fields. It lists the first 10 and says how many more of the `total` there are.
 */
export function refusal(
  code: ErrorCode,
  faults: readonly JsonFault[],
  total: number = faults.length,
): ProtocolError {
  const details = faults.slice(0, maxErrors);
  const messages = details.map(({ message }) => message).join("; ");
  const more = total - details.length;
  return new ProtocolError(code, more === 0 ? messages : `${messages}; and ${more} more`, { details });
}

const declarations = new Map<unknown, Declaration>();

function declarationOf(model: unknown): Declaration {
  const made = declarations.get(model) ?? declare(model);
  declarations.set(model, made);
  return made;
}

function declare(model: unknown): Declaration {
  const rules = rulesOf(model);
  const free = rules.filter(({ name }) => name === jsonObjectRule || name === anyJsonRule);
  return {
    names: new Set(rules.map(({ propertyName }) => propertyName)),
    freeForm: new Set(free.map(({ propertyName }) => propertyName)),
  };
}

function rulesOf(model: unknown): ReturnType<MetadataStorage["getTargetValidationMetadatas"]> {
  return getMetadataStorage().getTargetValidationMetadatas(model as Model<object>, "", false, false);
}

/** Returns faults for as many unknown fields as a reply lists. */
function unknownFaults(unknown: readonly string[], { names }: Declaration): JsonFault[] {
  return unknown.slice(0, maxErrors).map((name, index) => {
    const hint = index === 0 ? `: the fields are ${[...names].join(", ")}` : "";
    return { field: shown(name), message: `${shown(name)} is unknown${hint}` };
  });
}

/** Keeps the order in which the fields arrived, because clients see them in this order. */
function knownIn(input: object, { names }: Declaration): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.has(name)));
}

function faultsIn(name: string, value: unknown, { freeForm }: Declaration): JsonFault[] {
  // Undefined counts as absent, for callers that pass on an optional value.
  if (value === undefined) return [];
  const fault = jsonFaultIn(value, name, freeForm.has(name) ? {} : declaredRules);
  return fault === undefined ? [] : [fault];
}

/** The limit applies because class-validator, which checks declared fields, is slow for each name. */
const declaredRules: JsonRules = {
  isAllowedInstance: (value) => rulesOf(Object.getPrototypeOf(value).constructor).length > 0,
  isAllowedKey: (key) => key.length <= maxNameLength && !(key in Object.prototype),
  maxValues: maxDeclaredValues,
};

function describe(error: ValidationError, path = ""): JsonFault[] {
  const field = path === "" ? error.property : `${path}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((text) => ({
    field,
    message: path === "" ? text : `${field}: ${text}`,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => describe(child, field))];
}
