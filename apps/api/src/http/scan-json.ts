import { endOfText } from "./has-more-values.ts";

const [quote, colon, minus, zero, nine] = [0x22, 0x3a, 0x2d, 0x30, 0x39];

/** What parsing does not tell of a JSON text. */
export interface JsonScan {
  /** Members of all objects, those included that stand twice. */
  members: number;
  /** The places of numbers that are not kept: where each begins and ends. */
  lossy: (readonly [number, number])[];
}

/** Looks at a text that is known to be JSON, up to the first of more than `mostLossy` numbers that are not kept. */
export function scanJson(text: string, isKept: (number: string) => boolean, mostLossy: number): JsonScan {
  const scan: JsonScan = { members: 0, lossy: [] };
  for (let at = 0; at < text.length && scan.lossy.length <= mostLossy; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === colon) scan.members++;
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (!isKept(text.slice(at, end))) scan.lossy.push([at, end]);
      at = end - 1;
    }
  }
  return scan;
}

/** Members of all objects in a value; infinitely many in what is deeper than `maxDepth`. */
export function countMembers(value: unknown, maxDepth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (maxDepth < 0) return Number.POSITIVE_INFINITY;
  const isList = Array.isArray(value);
  const inside: readonly unknown[] = isList ? value : Object.values(value);
  let members = isList ? 0 : inside.length;
  for (const member of inside) members += countMembers(member, maxDepth - 1);
  return members;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (isDigit(text.charCodeAt(at)) || "+-.eE".includes(text.charAt(at) || " ")) at++;
  return at;
}
