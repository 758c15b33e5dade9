import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const repositoryFolder = findRepository();

/** The folder of the C sources. */
export const nativeFolder = join(repositoryFolder, "infra", "bench", "native");

/** The folder in which downloaded programs are kept between runs. */
export const downloadFolder = join(repositoryFolder, ".roomcast", "bench");

/** The committed ratio of the hot path. */
export const baselineFile = join(repositoryFolder, "infra", "bench", "baseline.json");

/** The page with the results, and the folder of its charts. */
export const reportFile = join(repositoryFolder, "docs", "performance.md");
export const chartFolder = join(repositoryFolder, "docs", "assets");

/** The compiled script of a process under test. */
export function programScript(name: string): string {
  return join(repositoryFolder, "infra", "dist", "bench", "programs", `${name}.js`);
}

/** The compiled main script of an app. */
export function appScript(name: string): string {
  return join(repositoryFolder, "apps", name, "dist", "main.js");
}

function findRepository(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "pnpm-workspace.yaml"))) folder = dirname(folder);
  return folder;
}
