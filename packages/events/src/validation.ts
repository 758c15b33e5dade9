// class-transformer's @Type reads design metadata through reflect-metadata, which must be loaded before any model.
import "reflect-metadata";
import { plainToInstance, Transform, Type } from "class-transformer";
import { registerDecorator, type ValidationError, validateSync } from "class-validator";
import { type ErrorCode, ProtocolError } from "./errors.ts";
import { isBoundedJson } from "./json.ts";

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

/** Marks a field as a JSON object no deeper than 16 levels and free of prototype keys (see `isBoundedJson`). */
export function IsJsonObject(): PropertyDecorator {
  return (target, property) => {
    // Left to itself, class-transformer drops keys that every object inherits, such as `valueOf`.
    Transform(({ obj, key }) => obj[key])(target, property);
    registerDecorator({
      name: "isJsonObject",
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value) =>
          typeof value === "object" && value !== null && !Array.isArray(value) && isBoundedJson(value),
        defaultMessage: () => "$property must be a JSON object at most 16 levels deep",
      },
    });
  };
}

/**
 * Turns untrusted JSON into an instance of `model`, or throws `ProtocolError(code)` whose details name every bad field.
 * Fields the model does not declare are errors, so that a typo is not silently dropped.
 */
export function parseModel<T extends object>(model: new () => T, input: unknown, code: ErrorCode): T {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new ProtocolError(code, "expected a JSON object");
  }
  if (!isBoundedJson(input)) {
    throw new ProtocolError(code, "nested too deeply, or has a forbidden key");
  }
  const instance = plainToInstance(model, input);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length > 0) {
    const details = errors.flatMap((error) => describe(error));
    throw new ProtocolError(code, details.map((detail) => detail.message).join("; "), { details });
  }
  return instance;
}

function describe(error: ValidationError, path = ""): { field: string; message: string }[] {
  const field = path === "" ? error.property : `${path}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => describe(child, field))];
}
