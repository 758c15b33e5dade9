import { LossyNumber, ProtocolError } from "@roomcast/events";
import { isSafeNumber, parse } from "lossless-json";
import { hasMoreValues } from "./has-more-values.ts";
import { malformed } from "./malformed.ts";

/** More digits than any number that can be kept is written with. */
const maxNumberLength = 40;

/** Deeper than any body that is accepted; what is deeper is refused by its depth. */
const maxDepth = 64;

/** More than any body needs, and few enough that to look at each of them holds nobody up. */
const maxValues = 50_000;

/**
 * Reads JSON without losing anything: a number that JavaScript cannot hold becomes a `LossyNumber`, which validation
 * refuses by its field's name, and a key with two values is `invalid_command`, as is a text that is no JSON or has more than
 * 50,000 values.
 */
export function parseJsonText(text: string): unknown {
  // Before it is parsed, which holds everyone up for as long as it takes.
  if (hasMoreValues(text, maxValues)) {
    throw malformed(`holds more than ${maxValues} values: send fewer`, "the body");
  }
  try {
    const value: unknown = JSON.parse(text);
    // The careful parser calls itself for each level.
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

/** Whether what is sent on, `String(Number(text))`, is the same number in decimal; 1.50 and 1.5 are. */
function isKept(text: string): boolean {
  if (text.length > maxNumberLength) return false;
  const value = Number(text);
  // The library takes whole numbers beyond 2^53 for unsafe, but of 1.5e300 nothing is lost.
  if (Math.abs(value) >= 1e21) return Number.isFinite(value) && digitsOf(text) === digitsOf(String(value));
  return isSafeNumber(text) && !(value === 0 && text.startsWith("-"));
}

/** The digits that count; those of numbers in the same place, so that the exponent does not matter. */
function digitsOf(text: string): string {
  const [mantissa = ""] = text.toLowerCase().split("e");
  const digits = BigInt(mantissa.replaceAll(/\D/g, "")).toString();
  return digits.padEnd(maxNumberLength, "0");
}

function onDuplicateKey({ key }: { key: string }): never {
  throw malformed("is there twice, with two values", key);
}
