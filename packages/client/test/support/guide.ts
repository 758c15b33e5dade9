import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";

const guide = readFileSync(new URL("../../../../docs/client-guide.md", import.meta.url), "utf8");

/** The first code block below a heading of the client guide as it stands, without its imports and `export`s: they are given to it. */
export function guideCode(heading: string): string {
  const [, after] = guide.split(`\n${heading}\n`);
  const code = /^```jsx?\n([\s\S]*?)^```$/m.exec(after ?? "")?.[1];
  if (code === undefined) throw new Error(`the guide has no code below "${heading}"`);
  return code.replaceAll(/^import .*\n/gm, "").replaceAll(/^export /gm, "");
}

/** Runs code of the guide against a server; returns the value of `result`. */
export function runGuide(code: string, url: string, given: Record<string, unknown>, result: string): unknown {
  const text = code.replaceAll("http://localhost:8000", url);
  return compileFunction(`${text}\nreturn ${result};`, Object.keys(given))(...Object.values(given));
}
