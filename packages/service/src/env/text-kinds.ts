import type { TextShape, ValueKind } from "./value-kind.ts";

/** Any text, or text that matches a pattern. */
export function stringKind({ pattern, expected = "a text" }: TextShape): ValueKind<string> {
  const parse = (text: string) => (pattern?.test(text) === false ? undefined : text);
  return { name: "string", expected, parse, standIn: "" };
}

/** Text that is never shown. `minLength` is in characters. */
export function secretKind(minLength: number): ValueKind<string> {
  const parse = (text: string) => (text.length < minLength ? undefined : text);
  const expected = `at least ${minLength} characters long`;
  return { name: "secret", expected, parse, standIn: "", confidential: true };
}

/** One of the given words. */
export function oneOfKind<T extends string>(values: readonly [T, ...T[]]): ValueKind<T> {
  const expected = `one of ${values.map((value) => `\`${value}\``).join(", ")}`;
  const parse = (text: string) => values.find((value) => value === text);
  return { name: "oneOf", expected, parse, standIn: values[0] };
}

const booleans = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** `true` or `false`, also written `1` or `0`. */
export function booleanKind(): ValueKind<boolean> {
  const parse = (text: string) => booleans.get(text);
  return { name: "boolean", expected: "`true` or `false`", parse, standIn: false };
}
