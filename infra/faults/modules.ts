import { existsSync } from "node:fs";

/**
 * The URL of a built module of the harness, to be loaded into a process with `--import`. Found from the build and, by
 * tests, from the sources.
 */
export function findModule(name: string): string {
  const candidates = [`./${name}.js`, `../dist/faults/${name}.js`].map(
    (path) => new URL(path, import.meta.url),
  );
  const found = candidates.find((url) => existsSync(url));
  if (found === undefined) throw new Error(`${name} has not been built`);
  return found.href;
}
