const maxDepth = 16;
/** More values than the largest event can contain. */
const maxValues = 32_768;
const maxShown = 64;

/** Keys with which careless code could modify a prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** Half of a UTF-16 surrogate pair. Neither UTF-8 nor MessagePack can encode it. */
const loneSurrogate = /\p{Surrogate}/u;

/** From here on JavaScript writes an exponent, so the number cannot be meant as an exact count or an id. */
const exponentFrom = 1e21;

/** A number of a JSON text, as written, that JavaScript cannot hold without changing it. */
export class LossyNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A problem with one value: its path, such as `changes.items[3]`, and a message that says what to do. */
export interface JsonFault {
  field: string;
  message: string;
}

/** The rules for checking a value. */
export interface JsonRules {
  /** Whether the value may be an instance of its class, such as a model. Default: only plain objects. */
  isAllowedInstance?: (value: object) => boolean;
  /** Whether an object may have this key. Default: all keys except those that could modify a prototype. */
  isAllowedKey?: (key: string) => boolean;
  /** Default 32,768. */
  maxValues?: number;
}

/**
 * Finds the first value below `value` that JSON cannot carry unchanged to every client; undefined if there is
 * none. JSON would silently drop, round or replace values such as NaN and integers beyond 2^53 - 1.
 * `undefined` as an object's member counts as absent. More than 16 levels would overflow the recursion of
 * Socket.IO's encoder.
 */
export function jsonFaultIn(value: unknown, field: string, rules: JsonRules = {}): JsonFault | undefined {
  const walk = new Walk(rules);
  const found = walk.faultIn(value, 0);
  if (found === undefined) return undefined;
  // With too many values, no single one is at fault, so name the whole field.
  const path = walk.isOver ? shown(field) : pathOf(field, found.keys);
  return { field: path, message: `${path} ${found.problem}` };
}

/** Whether a JavaScript number arrives unchanged; see `numberProblem`. */
export function isKeptNumber(value: number): boolean {
  return numberProblem(value) === undefined;
}

/** Shortens a client's text for a message, so that no reply grows with what was sent. */
export function shown(text: string): string {
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

interface Found {
  problem: string;
  /** Innermost first. */
  keys: (string | number)[];
}

class Walk {
  readonly #rules: JsonRules;
  readonly #most: number;
  #remaining: number;

  constructor(rules: JsonRules) {
    this.#rules = rules;
    this.#most = rules.maxValues ?? maxValues;
    this.#remaining = this.#most;
  }

  /** Whether there were more values than may be. */
  get isOver(): boolean {
    return this.#remaining < 0;
  }

  faultIn(value: unknown, depth: number): Found | undefined {
    if (this.#remaining-- === 0) return found(`holds more than ${this.#most} values: send fewer`);
    const problem = problemOf(value, depth, this.#rules);
    if (problem !== undefined) return found(problem);
    if (typeof value !== "object" || value === null) return undefined;
    return Array.isArray(value) ? this.#inItems(value, depth) : this.#inMembers(value, depth);
  }

  #inItems(items: readonly unknown[], depth: number): Found | undefined {
    // Use indexes, because array methods skip holes.
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const fault = item === undefined ? found("is undefined: send null") : this.faultIn(item, depth + 1);
      if (fault !== undefined) return within(index, fault);
    }
    return undefined;
  }

  #inMembers(members: object, depth: number): Found | undefined {
    for (const [key, member] of Object.entries(members)) {
      const problem = keyProblem(key, this.#rules);
      const fault = problem === undefined ? this.#inMember(member, depth) : found(problem);
      if (fault !== undefined) return within(key, fault);
    }
    return undefined;
  }

  #inMember(member: unknown, depth: number): Found | undefined {
    return member === undefined ? undefined : this.faultIn(member, depth + 1);
  }
}

function found(problem: string): Found {
  return { problem, keys: [] };
}

function within(key: string | number, { problem, keys }: Found): Found {
  keys.push(key);
  return { problem, keys };
}

function pathOf(field: string, keys: readonly (string | number)[]): string {
  return keys.toReversed().reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? shown(key) : `${path}.${shown(key)}`;
  }, field);
}

function keyProblem(key: string, { isAllowedKey }: JsonRules): string | undefined {
  if (forbiddenKeys.has(key))
    return `has a name that could reach a prototype (${[...forbiddenKeys].join(", ")}): rename it`;
  if (loneSurrogate.test(key)) return "has half a UTF-16 character in its name: send well-formed text";
  return isAllowedKey === undefined || isAllowedKey(key) ? undefined : "is unknown";
}

function problemOf(value: unknown, depth: number, rules: JsonRules): string | undefined {
  switch (typeof value) {
    case "boolean":
      return undefined;
    case "string":
      return loneSurrogate.test(value) ? "has half a UTF-16 character: send well-formed text" : undefined;
    case "number":
      return numberProblem(value);
    case "bigint":
      return "is a BigInt: send it as text";
    case "object":
      return value === null ? undefined : objectProblem(value, depth, rules);
    default:
      return `is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}, which JSON cannot carry: leave it out`;
  }
}

function numberProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return `is ${value}, which JSON cannot carry: send null or text`;
  if (Object.is(value, -0)) return "is -0, which would arrive as 0: send 0";
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= exponentFrom;
  return isExact
    ? undefined
    : "is a whole number beyond ±9007199254740991, whose digits get lost: send it as text";
}

function objectProblem(value: object, depth: number, { isAllowedInstance }: JsonRules): string | undefined {
  if (value instanceof LossyNumber) {
    const arriving = Number(value.text);
    const advice = numberProblem(arriving || 0) === undefined ? "send that, or text" : "send it as text";
    return `is ${shown(value.text)}, which would arrive as ${arriving}: ${advice}`;
  }
  if (depth >= maxDepth) return `is nested more than ${maxDepth} levels deep, or contains itself: flatten it`;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function")
    return `is a ${classOf(value)}: send what it stands for, such as its text`;
  if (Array.isArray(value) || isPlain(value) || isAllowedInstance?.(value)) return undefined;
  return `is a ${classOf(value)}: send a plain object, a list or text`;
}

/** Also accepts objects of another realm, which has another `Object`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): string {
  const { constructor: made } = value as { constructor?: unknown };
  return typeof made === "function" && made.name !== "" ? shown(made.name) : "class instance";
}
