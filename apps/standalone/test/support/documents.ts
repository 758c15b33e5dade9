import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

const top = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ".github/pull_request_template.md",
];

/** The paths of everything written for people, from the repository's folder. */
export function documents(): string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const pages = docs.filter((path) => path.endsWith(".md")).map((path) => join("docs", path));
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name, "README.md"));
  const readmes = packages.filter((path) => existsSync(join(root, path)));
  return [...top, ...pages.sort(), ...readmes];
}

/** The paths of all tests, from the repository's folder. */
export function testFiles(): string[] {
  const workspaces = ["apps", "packages"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  return [...workspaces, "infra"].flatMap((workspace) => {
    const folder = join(workspace, "test");
    if (!existsSync(join(root, folder))) return [];
    const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return paths.filter((path) => path.endsWith(".test.ts")).map((path) => join(folder, path));
  });
}

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The text without its code blocks. */
export function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}

/** What stands under a heading, up to the next one of its level or above; throws if there is no such heading. */
export function section(text: string, heading: string): string {
  const level = heading.indexOf(" ");
  const [, after] = text.split(`\n${heading}\n`);
  if (after === undefined) throw new Error(`there is no heading "${heading}"`);
  return after.split(new RegExp(`^#{1,${level}} `, "m"))[0] as string;
}

/** The cells of the first table in a text, without its head. */
export function tableRows(text: string): string[][] {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(first + 2, length === -1 ? undefined : first + length);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** The first code block of a language that contains a text; throws if there is none. */
export function codeBlock(text: string, language: string, containing = ""): string {
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const block = blocks.find(([, name, code]) => name === language && code?.includes(containing));
  if (block?.[2] === undefined) throw new Error(`there is no ${language} block with "${containing}"`);
  return block[2];
}

/** The targets of the links to files of the repository, as written. */
export function relativeLinks(text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

/** The names by which the headings of a text can be linked to, as GitHub makes them. */
export function anchors(text: string): string[] {
  const headings = [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading as string);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
