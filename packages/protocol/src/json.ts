const maxDepth = 16;
/** More values than the largest event has room for. */
const maxValues = 32_768;
const maxShown = 64;

/** Keys through which careless code reaches a prototype. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/** Half of a character of UTF-16: neither UTF-8 nor MessagePack has a form for it. */
const loneSurrogate = /\p{Surrogate}/u;

/** From here on JavaScript writes a number with an exponent, so nobody takes it for an exact count or an id. */
const exponentFrom = 1e21;

/** A number of a JSON text that JavaScript cannot hold without changing it, as it was written. */
export class LossyNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What is wrong with one value: where it is, such as `changes.items[3]`, and a text that names it and says what to do. */
export interface JsonFault {
  field: string;
  message: string;
}

/** How a walk over a value judges it. */
export interface JsonRules {
  /** Whether the value may be an instance of its class, such as a model's. Default: plain objects only. */
  isAllowedInstance?: (value: object) => boolean;
  /** Whether an object may have a key of this name. Default: all but those that could reach a prototype. */
  isAllowedKey?: (key: string) => boolean;
  /** Default 32,768. */
  maxValues?: number;
}

/**
 * The first value below `value` that JSON cannot carry unaltered to every client, or undefined if there is none. JSON
 * keeps neither NaN nor an integer beyond 2^53 - 1; it would drop, round or replace them in silence. `undefined` as an
 * object's member counts as absent. Deeper values than 16 levels overflow the recursive walks of Socket.IO's encoder.
 */
export function jsonFaultIn(value: unknown, field: string, rules: JsonRules = {}): JsonFault | undefined {
  const walk = new Walk(rules);
  const found = walk.faultIn(value, 0);
  if (found === undefined) return undefined;
  // Of too many values, none is the one too many.
  const path = walk.isOver ? shown(field) : pathOf(field, found.keys);
  return { field: path, message: `${path} ${found.problem}` };
}

/** Whether a JavaScript number arrives as it is: see `numberProblem`. */
export function isKeptNumber(value: number): boolean {
  return numberProblem(value) === undefined;
}

/** A text of a client in a message for it: shortened, so that no answer grows with what was sent. */
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
  #left: number;

  constructor(rules: JsonRules) {
    this.#rules = rules;
    this.#most = rules.maxValues ?? maxValues;
    this.#left = this.#most;
  }

  /** Whether there were more values than may be. */
  get isOver(): boolean {
    return this.#left < 0;
  }

  faultIn(value: unknown, depth: number): Found | undefined {
    if (this.#left-- === 0) return found(`holds more than ${this.#most} values: send fewer`);
    const problem = problemOf(value, depth, this.#rules);
    if (problem !== undefined) return found(problem);
    if (typeof value !== "object" || value === null) return undefined;
    return Array.isArray(value) ? this.#inItems(value, depth) : this.#inMembers(value, depth);
  }

  #inItems(items: readonly unknown[], depth: number): Found | undefined {
    // By number, since the methods of arrays pass over holes.
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

/** Also of another realm, whose `Object` is another one. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classOf(value: object): string {
  const { constructor: made } = value as { constructor?: unknown };
  return typeof made === "function" && made.name !== "" ? shown(made.name) : "class instance";
}
