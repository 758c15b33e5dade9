import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "@swc/core";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A regular expression of the sources. */
export interface SourceRegex {
  file: string;
  source: string;
  flags: string;
}

/** Every regular expression that the sources of the apps and packages spell out; one put together at run time throws. */
export function sourceRegexes(): SourceRegex[] {
  return ["apps", "packages"].flatMap(sourceFiles).flatMap((file) => {
    const syntax = { syntax: "typescript", decorators: true, target: "es2022" } as const;
    return regexesIn(parseSync(readFileSync(join(root, file), "utf8"), syntax)).map((one) => ({
      file,
      ...one,
    }));
  });
}

/** What only tests run is not what strangers reach. */
function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name !== "testkit")
    .flatMap((name) => {
      const sources = join(folder, name, "src");
      const files = readdirSync(join(root, sources), { recursive: true, encoding: "utf8" });
      return files.filter((file) => file.endsWith(".ts")).map((file) => join(sources, file));
    });
}

function regexesIn(node: unknown): Omit<SourceRegex, "file">[] {
  if (Array.isArray(node)) return node.flatMap(regexesIn);
  if (typeof node !== "object" || node === null) return [];
  const { type, pattern, flags, callee } = node as Record<string, unknown>;
  if (type === "RegExpLiteral") return [{ source: String(pattern), flags: String(flags) }];
  if (type === "NewExpression" && (callee as { value?: unknown }).value === "RegExp") {
    throw new Error("a regular expression that is put together cannot be checked: spell it out");
  }
  return Object.values(node).flatMap(regexesIn);
}
