import { randomUUID } from "node:crypto";
import { LossyNumber } from "@roomcast/events";
import { isSafeNumber, parse } from "lossless-json";
import { hasMoreValues } from "./has-more-values.ts";
import { malformed } from "./malformed.ts";
import { countMembers, type JsonScan, scanJson } from "./scan-json.ts";

/** More digits than any number that JavaScript can hold without loss. */
const maxNumberLength = 40;

/** Deeper than any accepted body. Validation refuses deeper bodies. */
const maxDepth = 64;

/** More than any body needs, and few enough that visiting each of them does not block the event loop. */
const maxValues = 50_000;

/** Far more than are told of; each costs as much as many others. */
const maxLossy = 1_000;

/** Longer than one event; of a longer text it is only said that a key stands twice, as to find out which takes long. */
const maxCarefulLength = 131_072;

/**
 * Parses JSON without losing information. A number that JavaScript cannot hold becomes a `LossyNumber`, which
 * validation refuses with its field's name. Throws `invalid_command` for a duplicate key, for invalid JSON, and for
 * more than 50,000 values. It takes a few times as long as `JSON.parse`, and blocks the event loop for that time.
 */
export function parseJsonText(text: string): unknown {
  if (hasMoreValues(text, maxValues)) {
    throw malformed(`contains more than ${maxValues} values: send fewer`, "the body");
  }
  const value = parsePlain(text);
  const kept = countMembers(value, maxDepth);
  // Refused by its depth.
  if (kept === Number.POSITIVE_INFINITY) return value;
  const { members, lossy } = scanJson(text, isKept, maxLossy);
  if (members > kept) return parseCarefully(text);
  if (lossy.length > maxLossy)
    throw malformed(`holds more than ${maxLossy} numbers that would be altered: send text`, "the body");
  return lossy.length === 0 ? value : withLossyNumbers(text, lossy);
}

function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("the body is not valid JSON");
  }
}

/** Reads a text in which a key stands twice. */
function parseCarefully(text: string): unknown {
  if (text.length > maxCarefulLength) throw malformed("has a key twice in one object", "the body");
  return parse(text, undefined, { parseNumber, onDuplicateKey });
}

/** Parses a text with a mark in place of each number that is not kept: `JSON.parse` alone does not tell how it was written. */
function withLossyNumbers(text: string, lossy: JsonScan["lossy"]): unknown {
  // Nobody can send it, as nobody knows it before.
  const mark = randomUUID();
  let marked = "";
  let copied = 0;
  for (const [start, end] of lossy) {
    marked += `${text.slice(copied, start)}"${mark}${text.slice(start, end)}"`;
    copied = end;
  }
  return JSON.parse(marked + text.slice(copied), (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? new LossyNumber(value.slice(mark.length)) : value,
  );
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
  if (isPlainlyKept(text, value)) return true;
  // The library treats whole numbers beyond 2^53 as unsafe, but 1.5e300 loses nothing.
  if (Math.abs(value) >= 1e21) return Number.isFinite(value) && digitsOf(text) === digitsOf(String(value));
  return isSafeNumber(text) && !(value === 0 && text.startsWith("-"));
}

/** A quick check: any 15 digits are kept (IEEE 754), and so is a fraction in its shortest form. */
function isPlainlyKept(text: string, value: number): boolean {
  const size = Math.abs(value);
  if (size > Number.MAX_SAFE_INTEGER) return false;
  if (size < 1e-99) return text === "0";
  return text.length <= 15 || (!Number.isInteger(value) && String(value) === text);
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
