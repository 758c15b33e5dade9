import { read, testFiles } from "./documents.ts";

/** The IDs of rules and attacks, such as `WS-SUB-5` and `SEC-13`, that a text names. */
export function namedIds(text: string): string[] {
  return text.match(/\b(?:WS-[A-Z]+|SEC)-\d+/g) ?? [];
}

/** The IDs of the rules that a specification states: each begins an item of a list. */
export function statedRules(text: string): string[] {
  return [...text.matchAll(/^- \*\*(WS-[A-Z]+-\d+)\*\* /gm)].map(([, id]) => id as string);
}

/** The IDs with which titles of tests begin; a text elsewhere in a test that names one does not hold it. */
export function labels(): Set<string> {
  const titles = testFiles().flatMap(
    (path) => read(path).match(/(?<=["`])(?:(?:WS-[A-Z]+|SEC)-\d+,? )+/g) ?? [],
  );
  return new Set(titles.flatMap(namedIds));
}
