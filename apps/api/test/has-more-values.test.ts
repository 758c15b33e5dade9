import { expect, test } from "@jest/globals";
import { hasMoreValues } from "../src/http/has-more-values.ts";

const texts = [
  "1",
  '"a,b[{"',
  "[]",
  " [ ] ",
  "{}",
  "[1]",
  '{"a":1}',
  '{"a,\\"[":[1,2,{"b":[]}],"c":{"d":"e,f\\\\"},"g":[[],[ ],{ }]}',
  '[\n1,\t"\\u005b,",null,{"x":[true,false]}]',
];

test.each(texts)("counts as many values as parsing finds: %s", (text) => {
  const count = valuesIn(JSON.parse(text));
  expect([hasMoreValues(text, count), hasMoreValues(text, count - 1)]).toEqual([false, true]);
});

test.each(['"', '["\\', "[[[[", '{"a":'])("comes to an end for what is no JSON: %s", (text) => {
  expect(hasMoreValues(text, 100)).toBe(false);
});

function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + valuesIn(member), 1);
}
