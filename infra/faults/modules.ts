import { existsSync } from "node:fs";

/**
 * Returns the URL of a built module of the harness, to load into a process with `--import`. Works from the
 * build and, for tests, from the sources.
 */
export function findModule(name: string): string {
  const candidates = [`./${name}.js`, `../dist/faults/${name}.js`].map(
    (path) => new URL(path, import.meta.url),
  );
  const found = candidates.find((url) => existsSync(url));
  if (found === undefined) throw new Error(`${name} has not been built`);
  return found.href;
}
