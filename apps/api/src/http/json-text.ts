import { LossyNumber, ProtocolError } from "@roomcast/events";
import { isSafeNumber, parse } from "lossless-json";
import { hasMoreValues } from "./has-more-values.ts";
import { malformed } from "./malformed.ts";

/** More digits than any number that JavaScript can hold without loss. */
const maxNumberLength = 40;

/** Deeper than any accepted body. Validation refuses deeper bodies. */
const maxDepth = 64;

/** More than any body needs, and few enough that visiting each of them does not block the event loop. */
const maxValues = 50_000;

/**
 * Parses JSON without losing information. A number that JavaScript cannot hold becomes a `LossyNumber`, which
 * validation refuses with its field's name. Throws `invalid_command` for a duplicate key, for invalid JSON,
 * and for more than 50,000 values.
 */
export function parseJsonText(text: string): unknown {
  // Check this before parsing, which blocks the event loop.
  if (hasMoreValues(text, maxValues)) {
    throw malformed(`contains more than ${maxValues} values: send fewer`, "the body");
  }
  try {
    const value: unknown = JSON.parse(text);
    // The lossless parser is recursive, so do not use it for deep values.
    return isDeep(value) ? value : parse(text, undefined, { parseNumber, onDuplicateKey });
  } catch (error) {
    throw error instanceof ProtocolError ? error : malformed("the body is not valid JSON");
  }
}

function isDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth > maxDepth || Object.values(value).some((member) => isDeep(member, depth + 1));
}

function parseNumber(text: string): number | LossyNumber {
  return isKept(text) ? Number(text) : new LossyNumber(text);
}

/**
 * Whether `String(Number(text))`, which is sent on, is the same decimal number. 1.50 and 1.5 are the same.
 */
function isKept(text: string): boolean {
  if (text.length > maxNumberLength) return false;
  const value = Number(text);
  // The library treats whole numbers beyond 2^53 as unsafe, but 1.5e300 loses nothing.
  if (Math.abs(value) >= 1e21) return Number.isFinite(value) && digitsOf(text) === digitsOf(String(value));
  return isSafeNumber(text) && !(value === 0 && text.startsWith("-"));
}

/** The significant digits, padded to a fixed length, so that the exponent does not matter. */
function digitsOf(text: string): string {
  const [mantissa = ""] = text.toLowerCase().split("e");
  const digits = BigInt(mantissa.replaceAll(/\D/g, "")).toString();
  return digits.padEnd(maxNumberLength, "0");
}

function onDuplicateKey({ key }: { key: string }): never {
  throw malformed("occurs twice, with two values", key);
}
