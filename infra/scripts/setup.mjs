import "./check-node.mjs";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, localProgram, main, root, runQuietly, runVisibly, toolsFolder } from "./commands.mjs";

/** Prepares the checkout: pinned pnpm, dependencies, build. Skips what is already done. */
export async function setUp() {
  await installPnpm();
  await installDependencies();
  await build();
  await buildAddon();
}

/** Installs the pnpm version of package.json into the tools folder. */
export async function installPnpm() {
  const { version } = (await readJson(join(root, "package.json"))).devEngines.packageManager;
  const installed = await readJson(join(toolsFolder, "node_modules", "pnpm", "package.json")).catch(
    () => undefined,
  );
  if (installed?.version === version) return;
  console.log(`Getting pnpm ${version} …`);
  await mkdir(toolsFolder, { recursive: true });
  const flags = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
  await runQuietly("npm install", "npm", ["install", "--prefix", toolsFolder, ...flags, `pnpm@${version}`]);
}

/** Installs the lockfile's packages, unless they were installed last. */
async function installDependencies() {
  const stamp = join(root, "node_modules", ".roomcast-installed");
  const wanted = await dependencyHash();
  if ((await readFile(stamp, "utf8").catch(() => undefined)) === wanted) return;
  console.log("Installing dependencies …");
  const pnpm = join(toolsFolder, "node_modules", ".bin", "pnpm");
  await runQuietly("pnpm install", pnpm, [
    "install",
    "--frozen-lockfile",
    "--config.confirm-modules-purge=false",
  ]);
  await writeFile(stamp, wanted);
}

/** Compiles all workspaces. Turbo skips those that have not changed. */
async function build() {
  const started = performance.now();
  await runQuietly("the build", localProgram("turbo"), ["run", "build", "--output-logs=errors-only"]);
  const seconds = (performance.now() - started) / 1000;
  if (seconds > 2) console.log(`Built in ${seconds.toFixed(1)} s.`);
}

/** Compiles the realtime server's C addon if there is a compiler. Without the addon the server is slower. */
async function buildAddon() {
  const script = join(root, "apps", "realtime", "native", "build.mjs");
  if ((await runVisibly(process.execPath, [script])) !== 0) throw new Failure("the addon's build failed");
}

/** A hash that changes whenever an install would have another result. */
async function dependencyHash() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of await dependencyFiles()) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest("hex");
}

async function dependencyFiles() {
  const workspaces = ["infra"];
  for (const folder of ["apps", "packages"]) {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    workspaces.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`));
  }
  const manifests = workspaces.sort().map((workspace) => `${workspace}/package.json`);
  return ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests];
}

async function readJson(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setUp);
