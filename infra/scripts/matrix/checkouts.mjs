import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure, root, runQuietly, toolsFolder } from "../commands.mjs";
import { enginePackages } from "./cells.mjs";

const run = promisify(execFile);

/** This checkout, with the versions that it pins. */
export async function pinnedCheckout() {
  return root;
}

/** A copy of this checkout that is built with the newest published versions of Socket.IO, Engine.IO and ws. */
export async function newestCheckout(temporary) {
  const folder = join(temporary, "newest");
  const versions = await newestVersions();
  await copyTo(folder);
  await pin(join(folder, "pnpm-workspace.yaml"), versions);
  const pnpm = join(toolsFolder, "node_modules", ".bin", "pnpm");
  await runQuietly("pnpm install", pnpm, ["install", "--no-frozen-lockfile"], { cwd: folder });
  const setup = join(folder, "infra", "scripts", "setup.mjs");
  await runQuietly("the build", process.execPath, [setup], { cwd: folder });
  return folder;
}

/** The versions that the socket tests of a checkout load. */
export async function versionsIn(folder) {
  const versions = await Promise.all(
    enginePackages.map(async (name) => {
      const manifest = join(folder, "apps", "realtime", "node_modules", name, "package.json");
      return [name, JSON.parse(await readFile(manifest, "utf8")).version];
    }),
  );
  return Object.fromEntries(versions);
}

async function newestVersions() {
  const versions = await Promise.all(
    enginePackages.map(async (name) => {
      const { stdout } = await run("npm", ["view", name, "version"]);
      return [name, stdout.trim()];
    }),
  );
  return Object.fromEntries(versions);
}

/** Copies what git knows and what is new, but nothing that was built or installed. */
async function copyTo(folder) {
  const { stdout } = await run("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const isIn = new Set(stdout.split("\0").filter((file) => file !== ""));
  for (const file of isIn) await cp(join(root, file), join(folder, file)).catch(ignoreDeleted);
}

function ignoreDeleted(error) {
  if (error.code !== "ENOENT") throw error;
}

/** Has everything in a workspace use these versions, what other packages bring included. */
async function pin(file, versions) {
  let text = await readFile(file, "utf8");
  for (const [name, version] of Object.entries(versions)) {
    if (!lineOf(name).test(text)) throw new Failure(`${name} stands in no catalog of pnpm-workspace.yaml`);
    text = text.replaceAll(lineOf(name, "gm"), `$1${version}`);
  }
  const overrides = Object.entries(versions).map(([name, version]) => `  ${name}: ${version}\n`);
  await writeFile(file, text.replace(/^overrides:\n(?: {2}.*\n)+/m, `overrides:\n${overrides.join("")}`));
}

/** A package's line in `pnpm-workspace.yaml`: what stands before its version, and that. */
function lineOf(name, flags = "m") {
  return new RegExp(`^( {2}${name.replaceAll(".", "\\.")}: )(\\S+)$`, flags);
}
