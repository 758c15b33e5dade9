import { roomIdPattern } from "@roomcast/protocol";
import {
  ArrayMaxSize,
  buildMessage,
  IsArray,
  IsInt,
  IsNumber,
  IsUrl,
  isISO8601,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
} from "../validation.ts";

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };

/** The values of a string enum, so that a plain `"active"` fits where `ProjectStatus.Active` does. */
export type ValueOf<E extends string> = `${E}`;

/** The field may be absent. Null is not absent: a client that sees the field may use it. */
export const Optional = (): PropertyDecorator => ValidateIf((_data, value) => value !== undefined);

/** An id that names a room. */
export const RoomId = (): PropertyDecorator =>
  Matches(roomIdPattern, { message: "$property must be 1 to 64 characters of A-Z a-z 0-9 _ . -" });

/** An id of another system (an ARN, a path, a UUID): 1 to 256 visible characters, no white space. */
export const ExternalId = (): PropertyDecorator =>
  Matches(/^[^\s\p{C}]{1,256}$/u, { message: "$property must be 1 to 256 visible characters" });

/** Text of 1 to `max` characters. */
export const Text = (max: number): PropertyDecorator => Length(1, max);

/** Up to `maxItems` texts of 1 to `maxLength` characters each. */
export const TextList = (maxItems: number, maxLength: number): PropertyDecorator =>
  all(IsArray(), ArrayMaxSize(maxItems), Length(1, maxLength, { each: true }));

/** A name in snake_case, such as GitHub's `review_requested`. */
export const SnakeCase = (): PropertyDecorator =>
  Matches(/^[a-z][a-z0-9_]{0,63}$/, { message: "$property must be a name in snake_case" });

/** An absolute http or https URL. Credentials in it are refused: everyone in the room would read them. */
export const Link = (): PropertyDecorator =>
  all(
    IsUrl({
      protocols: ["http", "https"],
      require_protocol: true,
      require_tld: false,
      allow_underscores: true,
      disallow_auth: true,
    }),
    MaxLength(2_048),
  );

/** A whole number from `min` on. */
export const Count = (min = 0): PropertyDecorator => all(IsInt(), Min(min), Max(Number.MAX_SAFE_INTEGER));

/** A duration in whole milliseconds. */
export const DurationMs = (): PropertyDecorator => Count();

/** A number from 0 to `max`, fractions allowed. */
export const Fraction = (max: number): PropertyDecorator => all(IsNumber(), Min(0), Max(max));

/** An amount of money in the major unit of its currency: 12.5 in USD is twelve dollars fifty. */
export const Amount = (): PropertyDecorator => Fraction(Number.MAX_SAFE_INTEGER);

// The form only: the list in `validator` lacks codes that were added since (XCG, ZWG).
/** A currency by its ISO 4217 code, such as `USD`. */
export const Currency = (): PropertyDecorator =>
  Matches(/^[A-Z]{3}$/, { message: "$property must be an ISO 4217 code such as USD" });

const utcPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

function isTimestamp(value: unknown): boolean {
  return (
    typeof value === "string" &&
    utcPattern.test(value) &&
    isISO8601(value, { strict: true }) &&
    !Number.isNaN(Date.parse(value))
  );
}

/** A moment in ISO 8601, in UTC and to the second or finer: `2026-01-31T12:00:00Z`. */
export const Timestamp = (): PropertyDecorator =>
  ValidateBy({
    name: "isTimestamp",
    validator: {
      validate: isTimestamp,
      defaultMessage: buildMessage(
        (each) => `${each}$property must be an ISO 8601 timestamp in UTC, such as 2026-01-31T12:00:00Z`,
      ),
    },
  });
